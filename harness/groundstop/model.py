# SPDX-License-Identifier: Apache-2.0
"""The words that every part of Groundstop shares: stages, verdicts, builds, outcomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Stage(IntEnum):
    """How far an input got in the core; values are those of groundstop.h."""

    NONE = 0
    REJECTED = 1
    LOADED = 2
    EVALUATED = 3


class Verdict(StrEnum):
    """What an oracle says of one outcome."""

    PASS = "pass"  # noqa: S105 (a verdict, no password)
    REJECT = "reject"
    INCOMPARABLE = "incomparable"
    FINDING = "finding"


class Sanitizer(StrEnum):
    """How a core is instrumented."""

    ADDRESS = "address"
    UNDEFINED = "undefined"
    PLAIN = "plain"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """One deployed build of a core, written `7.11` or, with known defects put back, `7.11@2024-07`.

    `name` is empty for a core that has no releases; `history` names the patch.
    """

    name: str = ""
    history: str = ""

    @classmethod
    def parse(cls, text: str) -> Release:
        """Read `NAME` or `NAME@PATCH`; raise ValueError on anything else."""
        if not re.fullmatch(r"[\w.+-]*(@[\w.+-]+)?", text, re.ASCII):
            raise ValueError(f"{text!r} is not a release: write NAME or NAME@PATCH")
        name, _, history = text.partition("@")
        return cls(name, history)

    def __str__(self) -> str:
        return f"{self.name}@{self.history}" if self.history else self.name


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to build a core."""

    release: Release = Release()
    sanitizer: Sanitizer = Sanitizer.ADDRESS

    def __str__(self) -> str:
        return f"{self.release}-{self.sanitizer}" if str(self.release) else str(self.sanitizer)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one input did in a core that survived it.

    `returned` is the entry point's return value (-1: do not keep), `data` the bytes
    that the core reported as its outcome, `elements` the content elements evaluated,
    each with its outcome, `elements_dropped` counts those beyond the driver's limit,
    `details` are finer elements, reported in replay only.

    `fuel` and `fuel_bound` are what all its evaluations spent and what the core declares
    that they may, `fuel_excess` by how much the worst of them went over its bound.
    `finding` is what the core itself says is wrong, `stack` the bytes of stack used, 0 when
    that was not measured.
    """

    returned: int
    stage: Stage
    data: bytes = b""
    elements: frozenset[tuple[int, int]] = frozenset()
    elements_dropped: int = 0
    details: frozenset[tuple[int, int]] = frozenset()
    fuel: int = 0
    fuel_bound: int = 0
    fuel_excess: int = 0
    finding: str = ""
    stack: int = 0


@dataclass(frozen=True, slots=True)
class Death:
    """How one input ended the process that ran it.

    `kind` is a short stable word (`heap-buffer-overflow`, `SEGV`, `timeout`, `exit`, `signal 9`),
    `report` what the sanitizer or the core wrote, symbolized where that was asked for.
    """

    kind: str
    report: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """An oracle's verdict on one outcome, and for a finding what is wrong.

    With `incomparable` a message says why it could not be judged; without one there was
    nothing to judge.
    """

    verdict: Verdict
    message: str = ""
