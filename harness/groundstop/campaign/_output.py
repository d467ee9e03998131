# SPDX-License-Identifier: Apache-2.0
"""Read what libFuzzer and Atheris print, of a plain run and of fork mode."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["OutputReader", "Report"]

# `#123	NEW    cov: 12 ft: 34 corp: 5/6b …` and `#123: cov: 12 ft: 34 corp: 5 exec/s: …`
# Possessive: the time for a line grows with its length alone, whatever a core prints.
_STATUS = re.compile(r"#\d++(?::|\t\w++)\s++(?P<rest>.*\b(?:cov|ft|corp|exec/s): .*)")
# No more digits than a count has.
_NUMBER = re.compile(r"\b(ft|corp): (\d{1,18})\b")
_STORED = re.compile(r"Test unit written to (.+)")
_REPORT_START = re.compile(
    r"==\d+==\s?ERROR: |=== Uncaught Python exception: ===|: runtime error: |^ALARM: working on"
)
_SUMMARY = re.compile(r"SUMMARY: (.*?)(?: \(BuildId: \w+\))?$")
_EXCEPTION = re.compile(r"(?:[\w.]+\.)?(\w+): (.*)")
_REPORT_LIMIT = 400  # lines
_REPORTS_LIMIT = 64
_TAIL_LIMIT = 40


@dataclass(slots=True)
class Report:
    """What was printed about one finding: the lines, its one-line summary, the stored unit."""

    lines: list[str] = field(default_factory=list)
    summary: str = ""
    artifact: Path | None = None


class OutputReader:
    """Takes the output line by line and keeps what it says, for people.

    A core can print all of it as well: nothing is decided by it.
    """

    def __init__(self) -> None:
        self.features = 0
        self.corpus = 0
        self.tail: list[str] = []
        self._reports: list[Report] = []
        self._report: Report | None = None
        self._exception_follows = False

    def feed(self, line: str) -> None:
        """Take one line, without its end."""
        self.tail = [*self.tail[-_TAIL_LIMIT:], line]
        if status := _STATUS.match(line):
            numbers = {name: int(value) for name, value in _NUMBER.findall(status["rest"])}
            self.features = max(self.features, numbers.get("ft", 0))
            self.corpus = numbers.get("corp", self.corpus)
        else:
            self._take_report(line)

    def end_process(self) -> None:
        """Note that what follows is of another process."""
        self._report = None

    def start_process(self) -> None:
        """Forget what the process before has printed."""
        self.tail = []

    def take_reports(self) -> list[Report]:
        """Return the reports since the last call, but for one that may still go on."""
        reports = [report for report in self._reports if report is not self._report]
        self._reports = [report for report in self._reports if report is self._report]
        return reports

    def _take_report(self, line: str) -> None:
        if _REPORT_START.search(line):
            # An uncaught exception is followed by libFuzzer's own "fuzz target exited".
            if self._report is None or self._report.artifact is not None:
                self._report = Report()
                self._reports = [*self._reports[1 - _REPORTS_LIMIT :], self._report]
            self._exception_follows = "Uncaught Python exception" in line
        report = self._report
        if report is None:
            return
        if len(report.lines) < _REPORT_LIMIT:
            report.lines.append(line)
        if self._exception_follows and (exception := _EXCEPTION.match(line)):
            report.summary = f"{exception[1]}: {exception[2]}"
            self._exception_follows = False
        elif (summary := _SUMMARY.match(line.rstrip())) and not report.summary:
            report.summary = summary[1]
        elif stored := _STORED.search(line):
            report.artifact = Path(stored[1])
