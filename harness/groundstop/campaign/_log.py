# SPDX-License-Identifier: Apache-2.0
"""The output of a campaign's processes: read, and written to a file."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.campaign._output import OutputReader, Report

__all__ = ["Log"]

# How a line of our own begins: it says what is wrong, the engine's around it do not.
_OURS = "groundstop: "
# Of those, what the driver saw the core do to the process.
_CONDUCT = "groundstop: the core "
# Bytes: a core may print without end, and what matters comes first and last.
_LIMIT = 16 << 20
# A line for each new unit: millions in a long campaign, and the corpus tells the same.
_CHATTER = re.compile(r"\tNEW |\tREDUCE |^Written \d+ bytes to |^Reload: read ")


class Log:
    """Takes lines from the reading thread; `output` holds what they said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = OutputReader()
        self._notes: dict[str, None] = {}
        self._room = _LIMIT
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._file.close()

    def start_process(self) -> None:
        """Say that what follows comes from another process."""
        with self._lock:
            self.output.start_process()

    def line(self, line: str) -> None:
        """Take one line of output."""
        with self._lock:
            self.output.feed(line)
            if line.startswith(_CONDUCT):
                self._notes[line.removeprefix(_OURS)] = None
            if not self._file.closed and not _CHATTER.search(line):
                self._write(line)

    def notes(self) -> tuple[str, ...]:
        """Return what the core did to the process that is no finding, each once."""
        with self._lock:
            notes = tuple(self._notes)
        full = (f"the core prints a lot: {self.path} has the first {_LIMIT >> 20} MiB",)
        return (*notes, *(full if self._room <= 0 else ()))

    def _write(self, line: str) -> None:
        if self._room <= 0:
            return
        self._room -= len(line) + 1
        self._file.write(line + "\n")
        self._file.flush()

    def is_told(self) -> bool:
        """Whether the process has said why it ends: its time is up, or an input is stored."""
        with self._lock:
            return self.output.concluded or any(report.artifact for report in self.output.reports)

    def take_written(self) -> list[str]:
        """Return the names of the units that went to the corpus since the last call."""
        with self._lock:
            written, self.output.written = self.output.written, []
            return written

    def take_reports(self) -> list[Report]:
        """Return the reports since the last call."""
        with self._lock:
            reports, self.output.reports = self.output.reports, []
            return reports

    def excerpt(self) -> str:
        """Return the last lines of output, or those that we wrote, for an error message."""
        with self._lock:
            lines = [line for line in self.output.tail if line.strip()]
            lines = [line for line in lines if line.startswith(_OURS)] or lines
            return "\n".join(lines[-15:]) or "(it printed nothing)"
