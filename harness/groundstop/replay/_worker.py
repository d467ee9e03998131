# SPDX-License-Identifier: Apache-2.0
"""A worker: runs inputs in a core, one process at a time, and outlives every one of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.errors import InputError, ReplayError
from groundstop.files import MAX_INPUT
from groundstop.model import Death, Outcome, Sanitizer
from groundstop.replay._arena import LOST, MAX_BATCH, NOT_STARTED, Arena, CorruptArenaError
from groundstop.replay._process import DisturbedError, EndedError, Process
from groundstop.replay._settings import Settings
from groundstop.replay._symbols import symbolized

DEFAULT_TIMEOUT = 10.0
DEFAULT_MEMORY_MB = 2048

Result = Outcome | Death

_INPUT_SIZE = 4 << 20
# After so many inputs a process' memory is looked at: one that leaks is replaced before the
# leak can be taken for the fault of a later input.
_LOOK_AFTER_RUNS = 4096
# A timeout is noticed at most this share of it too late.
_TIMEOUT_SLICES = 4
_GRACE_SECONDS = 1.0
_KILLED_FROM_OUTSIDE = -9
_MAX_RESTARTS = 3


class Worker:
    """Runs inputs in the core at `core`, whose entry point is the C function `entry`.

    `runner` is the runner program built for the same `sanitizer`; `timeout` is in seconds
    for one input, `memory_mb` in MiB for the process.  `symbolize` asks for reports that
    people read: function, file and line, full contexts; without it deaths cost less.
    `environment` is added to that of the process.

    A context manager; the process starts with the first input, and anew after each death,
    so that nothing of a death can reach the next input.  Not for two threads at once.
    """

    def __init__(  # noqa: PLR0913  (each is a property of the run that somebody sets)
        self,
        core: Path,
        entry: str,
        runner: Path,
        sanitizer: Sanitizer,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int = DEFAULT_MEMORY_MB,
        symbolize: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = Settings(
            core=core.absolute(),
            entry=entry,
            runner=runner.absolute(),
            sanitizer=sanitizer,
            timeout=timeout,
            memory_mb=memory_mb,
            symbolize=symbolize,
            environment=dict(environment or {}),
        )
        self._arena: Arena | None = None
        self._process: Process | None = None
        self._next_look = _LOOK_AFTER_RUNS
        self._restarts = 0
        self._inputs: Sequence[bytes] = ()
        self._results: list[Result] = []
        self._sent = 0
        self._singly = 0
        self._progress = (NOT_STARTED, 0)
        self._deadline = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abandon()

    def run(self, data: bytes) -> Result:
        """Run one input.

        Raises CoreError for a core that cannot be loaded, InputError for an input over
        MAX_INPUT, ReplayError for what is neither the core's nor the input's fault.
        """
        return self.run_many((data,))[0]

    def run_many(self, inputs: Sequence[bytes]) -> list[Result]:
        """Run inputs in order, much faster than one by one; raises as `run` does."""
        try:
            self.submit(inputs)
            while not self.advance(self.patience):
                pass
        except BaseException:
            self.abandon()
            raise
        return self.collect()

    @property
    def patience(self) -> float:
        """For how many seconds at most to wait in one call of `advance`."""
        return self._settings.timeout / _TIMEOUT_SLICES

    @property
    def pollable(self) -> tuple[int, ...]:
        """File descriptors, one of which becomes readable when `advance` has something to do."""
        return self._process.pollable if self._process else ()

    def submit(self, inputs: Sequence[bytes]) -> None:
        """Begin to run inputs; then call `advance` until it is true, then `collect`."""
        self._inputs = inputs
        self._results = []
        self._singly = 0
        if inputs:
            self._send()

    def advance(self, seconds: float) -> bool:
        """Wait up to `seconds` for progress; return whether all inputs have their result."""
        if self._process is None or len(self._results) == len(self._inputs):
            return True
        try:
            count = self._process.wait(seconds)
        except EndedError:
            self._ended(self._progress_now(), timed_out=False)
        except DisturbedError:
            self._taken_over("runner-corrupted")
        else:
            if count is not None:
                self._answered(count)
            elif not self._out_of_time():
                return False
        if len(self._results) == len(self._inputs):
            return True
        self._send()
        return False

    def collect(self) -> list[Result]:
        """Return the results, in the order of the inputs."""
        results, self._results, self._inputs = self._results, [], ()
        return results

    def close(self) -> None:
        """End the process and give everything back.

        Raises ReplayError when the process had died since its last answer: something that
        an earlier input left running did that, and which one cannot be told any more.
        """
        process, self._process = self._process, None
        stray = None
        if process is not None:
            if process.alive():
                process.close()
            else:
                stray = process.last_words()
                process.kill()
        self.abandon()
        if stray is not None and stray.status != _KILLED_FROM_OUTSIDE:
            raise _stray_death(stray.text)

    def abandon(self) -> None:
        """Kill the process and give everything back, whatever state it is in; never raises."""
        if self._process is not None:
            self._process.kill()
            self._process = None
        if self._arena is not None:
            self._arena.close()
            self._arena = None
        self._inputs, self._results = (), []

    def _send(self) -> None:
        waiting = self._inputs[len(self._results) :] if self._results else self._inputs
        arena, process = self._ready_for(len(waiting[0]))
        if self._singly:
            self._singly -= 1
            chunk: Sequence[bytes] = waiting[:1]
        else:
            chunk = _fitting(waiting, arena.input_size)
        arena.load(chunk)
        self._sent = len(chunk)
        self._progress = (NOT_STARTED, 0)
        self._deadline = time.monotonic() + self._settings.timeout
        process.request(len(chunk))

    def _ready_for(self, size: int) -> tuple[Arena, Process]:
        if size > MAX_INPUT:
            raise InputError(f"an input of {size} bytes is over the limit of {MAX_INPUT >> 20} MiB")
        if self._arena is not None and size > self._arena.input_size:
            self._end_process()
            self._arena.close()
            self._arena = None
        if self._arena is None:
            self._arena = Arena(max(size, _INPUT_SIZE))
        if self._process is not None and self._process.runs >= self._next_look:
            self._next_look = self._process.runs + _LOOK_AFTER_RUNS
            if self._process.resident_mb() > self._settings.memory_mb // 2:
                self._end_process()
        if self._process is None:
            self._process = Process(self._settings, self._arena)
            self._next_look = _LOOK_AFTER_RUNS
        return self._arena, self._process

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def _progress_now(self) -> tuple[int, int]:
        if self._arena is None:
            return NOT_STARTED, 0
        _, current, done = self._arena.progress()
        return current, done

    def _out_of_time(self) -> bool:
        """Return whether the running input was, and has been dealt with."""
        now = time.monotonic()
        progress = self._progress_now()
        if progress != self._progress:
            self._progress = progress
            self._deadline = now + self._settings.timeout
        if now < self._deadline or self._process is None:
            return False
        if progress[1] >= self._sent:
            # All is done, yet nothing came through the pipe.
            self._taken_over("closed-descriptors")
        else:
            self._process.interrupt(_GRACE_SECONDS)
            self._ended(progress, timed_out=True)
        return True

    def _answered(self, count: int) -> None:
        assert self._arena is not None  # noqa: S101  (there was a request)
        self._restarts = 0
        try:
            if not 0 < count <= self._sent:
                raise CorruptArenaError  # noqa: TRY301  (one way out for all that is corrupt)
            self._results += self._arena.outcomes(count)
        except CorruptArenaError:
            self._taken_over("runner-corrupted")

    def _ended(self, progress: tuple[int, int], *, timed_out: bool) -> None:
        """Attribute the end of the process to the input that was running."""
        assert self._arena is not None  # noqa: S101  (there was a request)
        assert self._process is not None  # noqa: S101
        current, done = progress
        state, _, _ = self._arena.progress()
        process, self._process = self._process, None
        words = process.last_words()
        process.kill()
        if state == LOST:
            self._taken_over("closed-descriptors")
            return
        if current == NOT_STARTED or done == self._sent:
            if words.status != _KILLED_FROM_OUTSIDE:
                raise _stray_death(words.text)
            self._restarts += 1
            if self._restarts > _MAX_RESTARTS:
                raise ReplayError("replay runners are being killed (SIGKILL) before they answer")
        try:
            if done > self._sent:
                raise CorruptArenaError  # noqa: TRY301  (one way out for all that is corrupt)
            finished = self._arena.outcomes(done)
        except CorruptArenaError:
            self._taken_over("runner-corrupted")
            return
        self._results += finished
        if current == NOT_STARTED or done == self._sent:
            return
        death = words.death(timed_out=self._settings.timeout if timed_out else None)
        if death.kind == "out-of-memory" and process.runs - self._sent + done > 0:
            # Perhaps the inputs before it used the memory up: it runs again, alone.
            return
        report = symbolized(death.report, self._settings.symbolizer(), self._settings.core)
        self._results.append(Death(death.kind, report))

    def _taken_over(self, kind: str) -> None:
        """Run the same inputs one by one, until it is clear which of them did it."""
        report = f"{kind}: the core closed the runner's descriptors or wrote over its memory\n"
        if self._process is not None:
            report += self._process.last_words().text
            self._process.kill()
            self._process = None
        if self._sent == 1:
            self._results.append(Death(kind, report))
        else:
            self._singly = self._sent


def _fitting(inputs: Sequence[bytes], limit: int) -> Sequence[bytes]:
    """Return as many of the first inputs as one request can take, at least one."""
    if len(inputs) == 1:
        return inputs
    total = 0
    for index, data in enumerate(inputs[:MAX_BATCH]):
        total += len(data)
        if total > limit:
            return inputs[: max(index, 1)]
    return inputs[:MAX_BATCH]


def _stray_death(report: str) -> ReplayError:
    return ReplayError(
        "the core's process died between two inputs, of a thread or timer that an earlier "
        f"input left behind; run the inputs one by one to find it\n{report}"
    )
