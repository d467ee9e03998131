# SPDX-License-Identifier: Apache-2.0
"""A worker: runs inputs in a core, one process at a time, and outlives every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.errors import ReplayError
from groundstop.model import Death, Outcome, Sanitizer
from groundstop.replay._arena import LOST, NOT_STARTED, CorruptArenaError
from groundstop.replay._call import make_call
from groundstop.replay._clock import InputClock
from groundstop.replay._process import DisturbedError, EndedError, NoEntryError
from groundstop.replay._session import KILLED_FROM_OUTSIDE, Session, stray_death
from groundstop.replay._settings import Settings
from groundstop.replay._symbols import symbolized

DEFAULT_TIMEOUT = 10.0
DEFAULT_MEMORY_MB = 2048

Result = Outcome | Death

_GRACE_SECONDS = 1.0
_MAX_RESTARTS = 3


class Worker:
    """Runs inputs in the core at `core`, whose entry point is the C function `entry`.

    `runner` is the runner program built for the same `sanitizer`; `timeout` is in seconds
    that one input works or sleeps, `memory_mb` in MiB for the process.  `symbolize` asks for
    reports that people read: function, file and line, full contexts; without it deaths cost
    less.  `environment` is added to that of the process.

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
        self._session = Session(
            Settings(
                core=core.absolute(),
                entry=entry,
                runner=runner.absolute(),
                sanitizer=sanitizer,
                timeout=timeout,
                memory_mb=memory_mb,
                symbolize=symbolize,
                environment=dict(environment or {}),
            )
        )
        self._clock = InputClock(timeout)
        self._call = make_call("", None)
        self._restarts = 0
        self._inputs: Sequence[bytes] = ()
        self._results: list[Result] = []
        self._sent = 0
        self._singly = 0

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

    def run(self, data: bytes, *, entry: str = "", fill: int | None = None) -> Result:
        """Run one input.

        `entry` is another function of the core, of the same form as its entry point; `fill`
        is as the module `_call` says.  Raises CoreError for a core that cannot be loaded or
        has no such entry, InputError for an input over MAX_INPUT, ReplayError for what is
        neither the core's nor the input's fault.
        """
        return self.run_many((data,), entry=entry, fill=fill)[0]

    def run_many(
        self, inputs: Sequence[bytes], *, entry: str = "", fill: int | None = None
    ) -> list[Result]:
        """Run inputs in order, much faster than one by one; else as `run` does."""
        try:
            self.submit(inputs, entry=entry, fill=fill)
            while not self.advance(self.patience):
                pass
        except BaseException:
            self.abandon()
            raise
        return self.collect()

    @property
    def patience(self) -> float:
        """For how many seconds at most to wait in one call of `advance`."""
        return self._clock.patience

    @property
    def pollable(self) -> tuple[int, ...]:
        """File descriptors, one of which becomes readable when `advance` has something to do."""
        return self._session.process.pollable if self._session.running else ()

    def submit(self, inputs: Sequence[bytes], *, entry: str = "", fill: int | None = None) -> None:
        """Begin to run inputs; then call `advance` until it is true, then `collect`."""
        self._call = make_call(entry, fill)
        self._inputs = inputs
        self._results = []
        self._singly = 0
        if inputs:
            self._send()

    def advance(self, seconds: float) -> bool:
        """Wait up to `seconds` for progress; return whether all inputs have their result."""
        if len(self._results) == len(self._inputs):
            return True
        try:
            count = self._session.process.wait(seconds)
        except EndedError:
            self._ended(self._progress_now(), timed_out=False)
        except DisturbedError:
            self._taken_over("runner-corrupted")
        except NoEntryError:
            raise self._call.missing(self._session.settings.core) from None
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
        self.collect()
        self._session.close()

    def abandon(self) -> None:
        """Kill the process and give everything back, whatever state it is in; never raises."""
        self.collect()
        self._session.abandon()

    def _send(self) -> None:
        waiting = self._inputs[len(self._results) :] if self._results else self._inputs
        session = self._session
        session.ready_for(len(waiting[0]))
        if self._singly:
            self._singly -= 1
            chunk: Sequence[bytes] = waiting[:1]
        else:
            chunk = session.arena.fitting(waiting)
        session.arena.load(chunk)
        self._sent = len(chunk)
        self._clock.start()
        session.process.request(len(chunk), self._call)

    def _progress_now(self) -> tuple[int, int]:
        _, current, done = self._session.arena.progress()
        return current, done

    def _out_of_time(self) -> bool:
        """Return whether the running input was, and has been dealt with."""
        progress = self._progress_now()
        if not self._clock.expired(progress, self._session.process.pid):
            return False
        if progress[1] >= self._sent:
            # All is done, yet nothing came through the pipe.
            self._taken_over("closed-descriptors")
        else:
            self._session.process.interrupt(_GRACE_SECONDS)
            self._ended(progress, timed_out=True)
        return True

    def _answered(self, count: int) -> None:
        self._restarts = 0
        if not 0 < count <= self._sent or not self._take(count):
            self._taken_over("runner-corrupted")

    def _take(self, count: int) -> bool:
        """Take the first `count` outcomes; return false when they are none."""
        try:
            self._results += self._session.arena.outcomes(count)
        except CorruptArenaError:
            return False
        return True

    def _ended(self, progress: tuple[int, int], *, timed_out: bool) -> None:
        """Attribute the end of the process to the input that was running."""
        session = self._session
        current, done = progress
        state, _, _ = session.arena.progress()
        earlier = session.process.runs - self._sent + done
        if state == LOST:
            self._taken_over("closed-descriptors")
            return
        if done > self._sent or not self._take(done):
            self._taken_over("runner-corrupted")
            return
        words = session.bury()
        if current == NOT_STARTED or done == self._sent:
            if words.status != KILLED_FROM_OUTSIDE:
                raise stray_death(words)
            self._restarts += 1
            if self._restarts > _MAX_RESTARTS:
                raise ReplayError("replay runners are being killed (SIGKILL) before they answer")
            return
        death = words.death(timed_out=self._clock.timeout if timed_out else None)
        if death.kind == "out-of-memory" and earlier > 0:
            # Perhaps the inputs before it used the memory up: it runs again, alone.
            return
        settings = session.settings
        report = symbolized(death.report, settings.symbolizer(), settings.core)
        self._results.append(Death(death.kind, report))

    def _taken_over(self, kind: str) -> None:
        """Run the same inputs one by one, until it is clear which of them did it."""
        words = self._session.bury()
        if self._sent == 1:
            said = "the core closed the runner's descriptors or wrote over its memory"
            self._results.append(Death(kind, f"{kind}: {said}\n{words.text}"))
        else:
            self._singly = self._sent
