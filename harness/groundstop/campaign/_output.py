# SPDX-License-Identifier: Apache-2.0
"""Read what libFuzzer and Atheris print, of a plain run and of fork mode."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["OutputReader", "Report"]

# `#123	NEW    cov: 12 ft: 34 corp: 5/6b …` and `#123: cov: 12 ft: 34 corp: 5 exec/s: …`
_STATUS = re.compile(
    r"#(?P<runs>\d+)(?::|\t(?P<event>\w+))\s+(?P<rest>.*\b(?:cov|ft|corp|exec/s): .*)"
)
_NUMBER = re.compile(r"\b(cov|ft|corp): (\d+)")
_FORK_JOB = "oom/timeout/crash: "  # in the line that follows each job of fork mode
_FORK_FOLDER = re.compile(r"INFO: -fork=\d+: \d+ seed inputs, starting to fuzz in (\S+)")
# libFuzzer runs: the core has been loaded.
_FIRST_WORDS = "INFO: Seed: "
# The last words of a plain run and of fork mode: it ended because it was to.
_LAST_WORDS = re.compile(r"Done \d+ runs in \d+ second|INFO: exiting: \d+ time: ")
# With -verbosity=2: a unit that goes to the corpus.
_WRITTEN = re.compile(r"Written \d+ bytes to (?:.*/)?([0-9a-f]{40})$")
_STORED = re.compile(r"Test unit written to (.+)")
_REPORT_START = re.compile(
    r"==\d+==\s?ERROR: |=== Uncaught Python exception: ===|: runtime error: |^ALARM: working on"
)
_SUMMARY = re.compile(r"SUMMARY: (.*?)(?: \(BuildId: \w+\))?\s*$")
_EXCEPTION = re.compile(r"(?:[\w.]+\.)?(\w+): (.*)")
_REPORT_LIMIT = 400  # lines
_TAIL_LIMIT = 40


@dataclass(slots=True)
class Report:
    """What was printed about one finding: the lines, its one-line summary, the stored unit."""

    lines: list[str] = field(default_factory=list)
    summary: str = ""
    artifact: Path | None = None


class OutputReader:
    """Takes the output line by line and keeps the state that it tells."""

    def __init__(self) -> None:
        self.runs = 0
        self.edges = 0
        self.features = 0
        self.corpus = 0
        self.initialized = False
        self.began = False
        self.concluded = False
        self.fork_folder: Path | None = None
        self.fork_jobs = 0
        self.reports: list[Report] = []
        self.written: list[str] = []
        self.tail: list[str] = []
        self._report: Report | None = None
        self._exception_follows = False

    def feed(self, line: str) -> None:
        """Take one line, without its end."""
        self.tail = [*self.tail[-_TAIL_LIMIT:], line]
        if status := _STATUS.match(line):
            self._take_status(status)
        elif folder := _FORK_FOLDER.match(line):
            self.fork_folder = Path(folder[1])
            self.initialized = True
        elif written := _WRITTEN.match(line):
            self.written.append(written[1])
        elif _LAST_WORDS.match(line):
            self.concluded = True
        elif line.startswith(_FIRST_WORDS):
            self.began = True
        else:
            self._take_report(line)

    def start_process(self) -> None:
        """Forget what belongs to the process before: another one starts."""
        self.initialized = False
        self.began = False
        self.concluded = False
        self.fork_folder = None
        self._report = None
        self.tail = []

    def stop_jobs(self, workers: int) -> int | None:
        """Ask fork mode's jobs to end now, so that what they found gets merged.

        Returns how many will have been merged by then, of `workers` at a time.
        """
        if self.fork_folder is None or not self.fork_folder.is_dir():
            return None
        (self.fork_folder / "STOP").write_bytes(b"\1")
        return self.fork_jobs + workers

    def _take_status(self, status: re.Match[str]) -> None:
        self.runs = int(status["runs"])
        self.initialized |= status["event"] not in {None, "READ"}
        numbers = {name: int(value) for name, value in _NUMBER.findall(status["rest"])}
        if status["event"]:
            # Fork mode prints the number of features here; the driver's numbers have the edges.
            self.edges = max(self.edges, numbers.get("cov", 0))
        self.features = max(self.features, numbers.get("ft", 0))
        self.corpus = numbers.get("corp", self.corpus)
        self.fork_jobs += _FORK_JOB in status["rest"]

    def _take_report(self, line: str) -> None:
        if _REPORT_START.search(line):
            # An uncaught exception is followed by libFuzzer's own "fuzz target exited".
            if self._report is None or self._report.artifact is not None:
                self._report = Report()
                self.reports.append(self._report)
            self._exception_follows = "Uncaught Python exception" in line
        report = self._report
        if report is None:
            return
        if len(report.lines) < _REPORT_LIMIT:
            report.lines.append(line)
        if self._exception_follows and (exception := _EXCEPTION.match(line)):
            report.summary = f"{exception[1]}: {exception[2]}"
            self._exception_follows = False
        elif (summary := _SUMMARY.match(line)) and not report.summary:
            report.summary = summary[1]
        elif stored := _STORED.search(line):
            report.artifact = Path(stored[1])
