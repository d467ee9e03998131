# SPDX-License-Identifier: Apache-2.0
"""A fuzzing process and everything that it starts, as one group that ends together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from groundstop.errors import CampaignError

__all__ = ["ProcessGroup"]

_POLL_SECONDS = 0.05


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
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise CampaignError(f"{command[0]} cannot be started: {error.strerror}") from error
        self._reader = threading.Thread(target=self._read, args=(on_line,), daemon=True)
        self._reader.start()

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def end(self, grace: float) -> int:
        """Make the whole group end: SIGTERM, and SIGKILL after `grace` seconds."""
        self.signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        while self._alive() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return self.finish()

    def finish(self) -> int:
        """Kill what is left of the group, read the output to its end, return the status."""
        self.signal(signal.SIGKILL)
        status = self._process.wait()
        self._reader.join(timeout=5)
        return status

    def _alive(self) -> bool:
        self._process.poll()
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _read(self, on_line: Callable[[str], None]) -> None:
        stream = self._process.stdout
        if stream is not None:
            with stream:
                for line in stream:
                    on_line(line.rstrip("\n"))
