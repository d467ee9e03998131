# SPDX-License-Identifier: Apache-2.0
"""What the gate says of a candidate, and the evidence for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from groundstop.target import Problem, location_text


class Decision(StrEnum):
    """The gate's answer.  Undecided is never ship: the exit status tells them apart."""

    SHIP = "ship"
    HOLD = "hold"
    UNDECIDED = "undecided"


class StageStatus(StrEnum):
    """How a stage ended."""

    PASSED = "passed"
    HELD = "held"
    NOT_RUN = "not run"  # an earlier stage took away what it needs; that one holds
    NOT_CHECKED = "not checked"  # the target declares nothing to check it by; told of what ships
    NOT_APPLICABLE = "not applicable"  # says nothing for or against the candidate


@dataclass(frozen=True, slots=True)
class StageResult:
    """One stage: its status, what was done as evidence, and every reason to hold.

    `warnings` are what somebody should look at, and what does not hold.
    """

    name: str
    status: StageStatus
    evidence: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def judged(
        cls,
        name: str,
        evidence: str,
        problems: Sequence[Problem],
        warnings: Sequence[Problem] = (),
    ) -> StageResult:
        """Return a stage that ran: held when it found a problem, else passed."""
        status = StageStatus.HELD if problems else StageStatus.PASSED
        return cls(name, status, evidence, tuple(problems), tuple(warnings))


@dataclass(frozen=True, slots=True)
class GateResult:
    """The decision on one candidate, judged as an input of `target`, a target's name.

    `digest` is the SHA-256 of the binary that would ship.
    """

    target: str
    candidate: Path
    decision: Decision
    digest: str
    stages: tuple[StageResult, ...]
    error: str = ""

    @classmethod
    def decided(
        cls, target: str, candidate: Path, digest: str, stages: list[StageResult]
    ) -> GateResult:
        """Return hold if a stage held or could not run, else ship, whatever was not checked."""
        good = {StageStatus.PASSED, StageStatus.NOT_CHECKED, StageStatus.NOT_APPLICABLE}
        ships = all(stage.status in good for stage in stages)
        decision = Decision.SHIP if ships else Decision.HOLD
        return cls(target, candidate, decision, digest, tuple(stages))

    @classmethod
    def undecided(cls, target: str, candidate: Path, error: str) -> GateResult:
        """Return the result of a candidate that could not be judged at all."""
        return cls(target, candidate, Decision.UNDECIDED, "", (), error)

    @property
    def problems(self) -> list[Problem]:
        """Every reason to hold, in the order of the stages, none twice."""
        return list(dict.fromkeys(p for stage in self.stages for p in stage.problems))

    @property
    def warnings(self) -> list[Problem]:
        """What somebody should look at and what does not hold, none twice."""
        return list(dict.fromkeys(p for stage in self.stages for p in stage.warnings))

    def as_json(self) -> dict[str, object]:
        """Return the result as a document that a program can read."""
        return {
            "candidate": str(self.candidate),
            "target": self.target,
            "decision": self.decision.value,
            "sha256": self.digest,
            "error": self.error,
            "stages": [
                {
                    "stage": stage.name,
                    "status": stage.status.value,
                    "evidence": stage.evidence,
                    "problems": [_document(problem) for problem in stage.problems],
                    "warnings": [_document(warning) for warning in stage.warnings],
                }
                for stage in self.stages
            ],
        }


def _document(problem: Problem) -> dict[str, str]:
    return {
        "rule": problem.rule,
        "message": problem.message,
        "where": location_text(problem.where),
        "excerpt": problem.excerpt,
        "remedy": problem.remedy,
    }
