# SPDX-License-Identifier: Apache-2.0
"""A fuzzing process and everything that it starts, as one group that ends together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from groundstop.errors import CampaignError

__all__ = ["ProcessGroup"]

_POLL_SECONDS = 0.05
_CLOSED_POLL_SECONDS = 0.01
_READ_SECONDS = 5.0
_WITNESS_SECONDS = 5.0
# Bytes: a core may print hundreds of megabytes, and never a newline.
_CHUNK = 64 << 10
_LONGEST_LINE = 8 << 10
_LOOK_ONLY = os.WEXITED | os.WNOHANG | os.WNOWAIT


class ProcessGroup:
    """An ordinary process in a group of its own; `on_line` gets its output, from a thread.

    `lifeline` is a descriptor that the processes inherit: they end when the other end of
    it closes, which happens whichever way this process ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        lifeline: int,
        on_line: Callable[[str], None],
    ) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                env={**environment, "GROUNDSTOP_LIFELINE": str(lifeline)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(lifeline,),
                start_new_session=True,
            )
        except OSError as error:
            raise CampaignError(f"{command[0]} cannot be started: {error.strerror}") from error
        self._reader = threading.Thread(target=self._read, args=(on_line,), daemon=True)
        self._reader.start()

    def ended(self) -> bool:
        """Whether the group's first process has ended; it stays a zombie until `finish`.

        As long as it does, no other process can get its number.
        """
        return os.waitid(os.P_PID, self._process.pid, _LOOK_ONLY) is not None

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end, no longer than `seconds`; return whether the first process has ended.

        Where processes die early, looking at intervals would be most of a campaign's time.
        """
        # What it prints ends with it, as a rule; it may also have closed that.
        self._reader.join(timeout=seconds)
        if not self._reader.is_alive() and not self.ended():
            time.sleep(_CLOSED_POLL_SECONDS)
        return self.ended()

    def ask_to_end(self) -> None:
        """Send SIGTERM; a fuzzing process obeys once the input that runs has returned."""
        self._signal(signal.SIGTERM)

    def end(self, grace: float) -> int:
        """Make the whole group end: SIGTERM, SIGKILL after `grace` seconds; as `finish`."""
        self.ask_to_end()
        deadline = time.monotonic() + grace
        while not self.ended() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return self.finish()

    def finish(self, is_told: Callable[[], bool] = lambda: True) -> int:
        """Kill what is left of the group, read the output to its end.

        `is_told` says whether the output has told how the first process ended: until then
        its witness (native/driver/witness.h) may have an input to store.  Returns the first
        process' exit status, negative for a signal.
        """
        deadline = time.monotonic() + _WITNESS_SECONDS
        while self._reader.is_alive() and not is_told() and time.monotonic() < deadline:
            self._reader.join(timeout=_POLL_SECONDS)
        self._signal(signal.SIGKILL)
        status = self._process.wait()
        self._reader.join(timeout=_READ_SECONDS)
        return status

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _read(self, on_line: Callable[[str], None]) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            for line in _lines(lambda: os.read(stream.fileno(), _CHUNK)):
                on_line(line.decode(errors="replace"))


def _lines(read: Callable[[], bytes]) -> Iterator[bytes]:
    """Yield what `read` gives line by line, of each no more than its beginning."""
    line = b""
    while chunk := read():
        first, *others = chunk.split(b"\n")
        line += first[: _LONGEST_LINE - len(line)]
        for other in others:
            yield line
            line = other[:_LONGEST_LINE]
    if line:
        yield line
