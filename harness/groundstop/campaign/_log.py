# SPDX-License-Identifier: Apache-2.0
"""The output of a campaign's processes: read, and written to a file."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.campaign._output import OutputReader, Report
from groundstop.errors import InputError
from groundstop.files import make_folder

__all__ = ["Log"]

# How a line of our own begins: it says what is wrong, the engine's around it do not.
_OURS = "groundstop: "
# Of those, what the driver saw the core do to the process.
_CONDUCT = "groundstop: the core "
# Bytes: a core may print without end, and what matters comes first and last.
_LIMIT = 16 << 20
# A line for each new unit: millions in a long campaign, and the corpus tells the same.
_CHATTER = re.compile(r"\tNEW |\tREDUCE |^Reload: read ")
# Of a core that prints such lines itself, these are enough.
_NOTES_LIMIT = 8


class Log:
    """Takes lines from the reading thread; `output` holds what they said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = OutputReader()
        self._notes: dict[str, None] = {}
        self._room = _LIMIT
        self._lock = threading.Lock()
        self._failure = ""
        make_folder(path.parent)
        try:
            self._file = path.open("w", encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What could not be written has been noted.
        with self._lock, suppress(OSError):
            self._file.close()

    def start_process(self) -> None:
        """Forget what the process before has printed."""
        with self._lock:
            self.output.start_process()

    def end_process(self) -> None:
        """Note that what follows is of another process."""
        with self._lock:
            self.output.end_process()

    def line(self, line: str) -> None:
        """Take one line of output."""
        with self._lock:
            self.output.feed(line)
            if line.startswith(_CONDUCT) and len(self._notes) < _NOTES_LIMIT:
                self._notes[line.removeprefix(_OURS)] = None
            if not self._file.closed and not _CHATTER.search(line):
                self._write(line)

    def notes(self) -> tuple[str, ...]:
        """Return what the core did to the process that is no finding, each once."""
        with self._lock:
            notes = tuple(self._notes)
            failure = self._failure
        if failure:
            return (*notes, f"{self.path}: cannot be written: {failure}: it ends there")
        full = (f"the core prints a lot: {self.path} has the first {_LIMIT >> 20} MiB",)
        return (*notes, *(full if self._room <= 0 else ()))

    def _write(self, line: str) -> None:
        if self._room <= 0 or self._failure:
            return
        self._room -= len(line) + 1
        try:
            self._file.write(line + "\n")
            self._file.flush()
        except OSError as error:
            self._failure = error.strerror or str(error)

    def take_reports(self) -> list[Report]:
        """Return the reports since the last call, but for one that may still go on."""
        with self._lock:
            return self.output.take_reports()

    def excerpt(self) -> str:
        """Return the last lines of output, or those that we wrote, for an error message."""
        with self._lock:
            lines = [line for line in self.output.tail if line.strip()]
            lines = [line for line in lines if line.startswith(_OURS)] or lines
            return "\n".join(lines[-15:]) or "(it printed nothing)"
