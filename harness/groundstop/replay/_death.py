# SPDX-License-Identifier: Apache-2.0
"""What killed a runner, told from its exit status and from what was written before."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from groundstop.model import Death

_SUMMARY = re.compile(r"^SUMMARY: (?:\w*Sanitizer|Groundstop|libFuzzer): (\S+)", re.MULTILINE)
_ERROR = re.compile(r"ERROR: (?:\w*Sanitizer|libFuzzer): (\S+)")
_RUNTIME_ERROR = re.compile(r": runtime error: ")
_PRINTED_LIMIT = 8192
# Written straight to standard error before the report itself.
_NOISE = re.compile(r"^\w+Sanitizer:DEADLYSIGNAL\n", re.MULTILINE)

# One word for one thing, whoever reports it.
_WORDS = {"ABRT": "abort", "timeout": "timeout", "deadly": "signal"}
_SIGNALS = {
    signal.SIGSEGV: "SEGV",
    signal.SIGBUS: "BUS",
    signal.SIGFPE: "FPE",
    signal.SIGILL: "ILL",
    signal.SIGABRT: "abort",
    signal.SIGTRAP: "TRAP",
}


@dataclass(frozen=True, slots=True)
class LastWords:
    """All that is left of a runner.

    `status` is as in subprocess (negative: a signal), `message` is from the arena,
    `reported` what a sanitizer runtime wrote, `printed` what the core wrote to its stdout
    and stderr.
    """

    status: int
    message: str
    reported: str
    printed: str

    @property
    def text(self) -> str:
        """The report: what is known of the death, then what the core printed."""
        # AddressSanitizer's report is in both; one that the core could not close away wins.
        report = self.message or self.reported
        if self.message and self.reported and self.reported.strip() not in self.message:
            report = f"{self.message.rstrip()}\n{_beyond(self.reported, self.message)}"
        printed = _NOISE.sub("", self.printed[-_PRINTED_LIMIT:])
        if printed.strip():
            report = f"{report.rstrip()}\n\nThe core printed:\n{printed.rstrip()}\n"
        return report.lstrip("\n")

    def death(self, *, timed_out: float | None = None) -> Death:
        """Return the Death; `timed_out` is the limit in seconds when that was exceeded."""
        text = self.text
        if timed_out is not None:
            return Death("timeout", f"No answer within {timed_out:g} s.\n{text}")
        kind = death_kind(self.message) or death_kind(self.reported)
        if kind is None:
            kind, sentence = _from_status(self.status)
            text = f"{sentence}\n{text}"
        return Death(kind, text)


def death_kind(report: str) -> str | None:
    """Return the short stable word for what a report of a sanitizer says, None if none does."""
    if "hard rss limit exhausted" in report or "libFuzzer: out-of-memory" in report:
        return "out-of-memory"
    found = _SUMMARY.search(report) or _ERROR.search(report)
    if found:
        return _WORDS.get(found[1], found[1])
    return "undefined-behavior" if _RUNTIME_ERROR.search(report) else None


def _beyond(reported: str, message: str) -> str:
    """Return what was reported beside a message that was copied from it."""
    return reported.replace(message.strip(), "").strip()


def _from_status(status: int) -> tuple[str, str]:
    if status >= 0:
        return "exit", f"The process exited with status {status} while the input ran."
    try:
        name = signal.Signals(-status)
    except ValueError:
        return f"signal {-status}", f"Killed by signal {-status}."
    return _SIGNALS.get(name, f"signal {-status}"), f"Killed by {name.name} (signal {-status})."
