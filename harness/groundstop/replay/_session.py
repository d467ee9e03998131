# SPDX-License-Identifier: Apache-2.0
"""The process and the shared memory that a worker has at the moment, if any."""

from __future__ import annotations

from groundstop.errors import InputError, ReplayError, StrayDeathError, os_error_words
from groundstop.files import MAX_INPUT
from groundstop.replay._arena import Arena
from groundstop.replay._death import LastWords
from groundstop.replay._process import Process
from groundstop.replay._settings import Settings

_INPUT_SIZE = 4 << 20
# After so many inputs a process' memory is looked at: one that leaks is replaced before the
# leak can be taken for the fault of a later input.
_LOOK_AFTER_RUNS = 4096
KILLED_FROM_OUTSIDE = -9


class Session:
    """Starts what is missing when it is needed; gives it back when told to."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._arena: Arena | None = None
        self._process: Process | None = None
        self._next_look = _LOOK_AFTER_RUNS

    @property
    def arena(self) -> Arena:
        """The shared memory; there is one from the first input on."""
        assert self._arena is not None  # noqa: S101  (nobody asks before)
        return self._arena

    @property
    def process(self) -> Process:
        """The process; there is one while a request runs."""
        assert self._process is not None  # noqa: S101  (nobody asks at another time)
        return self._process

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def ready_for(self, size: int) -> None:
        """Have a process that can take an input of `size` bytes; raises as `Worker.run` does."""
        if size > MAX_INPUT:
            raise InputError(f"an input of {size} bytes is over the limit of {MAX_INPUT >> 20} MiB")
        if self._arena is not None and size > self._arena.input_size:
            self._end_process()
            self._arena.close()
            self._arena = None
        try:
            self._start(size)
        except OSError as error:
            # Files or memory: no input is to blame.
            raise ReplayError(
                f"{self.settings.runner}: the replay runner cannot be started: "
                f"{os_error_words(error)} (`ulimit -a` shows the limits of this shell, "
                "`groundstop doctor` what is needed)"
            ) from error

    def _start(self, size: int) -> None:
        if self._arena is None:
            self._arena = Arena(max(size, _INPUT_SIZE))
        if self._process is not None and self._process.runs >= self._next_look:
            self._next_look = self._process.runs + _LOOK_AFTER_RUNS
            if self._process.resident_mb() > self.settings.memory_mb // 2:
                self._end_process()
        if self._process is None:
            self._process = Process(self.settings, self._arena)
            self._next_look = _LOOK_AFTER_RUNS

    def bury(self) -> LastWords:
        """End the process, if it still runs, and return what is left of it."""
        words = self.process.last_words()
        self.process.kill()
        self._process = None
        return words

    def close(self) -> None:
        """End the process and give everything back; raises as `Worker.close` does."""
        stray = None
        if self._process is not None:
            if self._process.alive():
                self._end_process()
            else:
                stray = self.bury()
        self.abandon()
        if stray is not None and stray.status != KILLED_FROM_OUTSIDE:
            raise stray_death(stray)

    def abandon(self) -> None:
        """Kill the process and give everything back, whatever state it is in; never raises."""
        if self._process is not None:
            self._process.kill()
            self._process = None
        if self._arena is not None:
            self._arena.close()
            self._arena = None

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def stray_death(words: LastWords) -> StrayDeathError:
    """Return the error for a death that no input can be blamed for."""
    return StrayDeathError(
        "the core's process died between two inputs, of a thread or timer that an earlier "
        f"input left behind; run the inputs one by one to find it\n{words.text}"
    )
