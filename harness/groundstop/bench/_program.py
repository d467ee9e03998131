# SPDX-License-Identifier: Apache-2.0
"""A fuzzer that takes libFuzzer's flags, as a process that starts when it is told to."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from groundstop.bench._trial import Watch
from groundstop.errors import CampaignError

__all__ = ["Program", "start_words"]

# Seconds that a fuzzer may take to get ready, and to end when it is told to.
_READY = 120.0
_GRACE = 20.0


@functools.cache
def start_words() -> tuple[str, ...]:
    """Return the words that every contender is started with, as far as this machine has them.

    Without address randomization, because libFuzzer learns from compares, those of pointers
    among them; and to die with this process, whatever that dies of.
    """
    wanted = (("setarch", "-R"), ("setpriv", "--pdeathsig", "KILL"))
    return tuple(word for words in wanted if _works(words) for word in words)


def _works(words: Sequence[str]) -> bool:
    try:
        run = subprocess.run([*words, "true"], capture_output=True, check=False)
    except OSError:
        return False
    return run.returncode == 0


class Program:
    """One run of a fuzzer, in `folder`.

    libFuzzer reads the list of its seeds, once it is ready to fuzz, from a pipe on which it
    waits: so programs that take unlike times to start begin to fuzz at once.  Seeds are the
    files of `seeds`; raises CampaignError for a path that the list cannot hold.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], seeds: Path, folder: Path
    ) -> None:
        self._name = command[0]
        self._seeds = sorted(seeds.iterdir())
        if unfit := next((path for path in self._seeds if "," in str(path)), None):
            raise CampaignError(f"{unfit}: libFuzzer's list of seeds takes no path with a comma")
        self._gate = folder / "gate"
        self._ready: int | None = None
        self._begun = False
        self._deadline = time.monotonic() + _READY
        (folder / "corpus").mkdir(parents=True)
        os.mkfifo(self._gate)
        self.watch = Watch(folder / "stats")
        flags = [f"-seed_inputs=@{self._gate}", f"-artifact_prefix={folder}/"]
        # Looking for other processes' units goes by the clock, which no seed repeats.
        flags += ["-reload=0", "-print_final_stats=1"]
        self._process = subprocess.Popen(  # (in a group of its own: a fuzzer may have children)
            [*command, *flags, str(folder / "corpus")],
            env={**os.environ, **environment, "GROUNDSTOP_STATS": str(folder / "stats")},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        """Whether it, or a child of its, can still say something."""
        return self._reader.is_alive()

    @property
    def ready(self) -> bool:
        """Whether it asks for its seeds.  Raises CampaignError when it will not."""
        if self._ready is None:
            running = self.running
            try:
                self._ready = os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads yet
                self._check_start(running=running)
        return self._ready is not None

    @property
    def fuzzing(self) -> bool:
        """Whether it has run its seeds.  Raises CampaignError when it will not."""
        running = self.running
        if self.watch.started is None:
            self._check_start(running=running)
        return self.watch.started is not None

    @property
    def begun(self) -> bool:
        """Whether it was given its seeds."""
        return self._begun

    def begin(self) -> None:
        """Give it the seeds; it must be ready."""
        assert self._ready is not None  # noqa: S101  (the caller asked)
        self._begun = True
        os.set_blocking(self._ready, True)
        try:
            with os.fdopen(self._ready, "wb") as pipe:
                pipe.write(b",".join(os.fsencode(path) for path in self._seeds))
        except BrokenPipeError:
            raise self._no_start() from None

    def tell_to_end(self) -> None:
        """Ask libFuzzer to end: it then says what it has done."""
        # Its children, if it has any, are its own to end.  Popen's own way could reap it.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1 if self._begun else signal.SIGKILL)

    def finish(self) -> None:
        """See to it that it has ended, with all that it started, and that all is read."""
        if self._process.returncode is not None:
            return
        if not self._begun and self._ready is not None:
            os.close(self._ready)
        self._reader.join(_GRACE)
        # Before it is reaped, so that the group is still its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stderr is not None  # noqa: S101  (opened as a pipe)
        with self._process.stderr as lines:
            for line in lines:
                self.watch.see(line, time.monotonic())

    def _check_start(self, *, running: bool) -> None:
        if not running or time.monotonic() > self._deadline:
            raise self._no_start()

    def _no_start(self) -> CampaignError:
        return CampaignError(f"{self._name} did not start fuzzing:\n{self.watch.tail()}")
