# SPDX-License-Identifier: Apache-2.0
"""What the candidate's author takes responsibility for: it does not hold, and is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from groundstop.gate._decision import StageResult, StageStatus
from groundstop.target import ContentToolchain, Problem, Waiver, is_source
from groundstop.words import counted, one_line

__all__ = ["waived"]


def waived(
    content: ContentToolchain, candidate: Path, stages: Sequence[StageResult]
) -> list[StageResult]:
    """Return the stages without the problems that the source waives.

    Which ones, and why, is said in the evidence of each; one that waives nothing is a warning,
    unless a stage could not run.
    """
    says = getattr(content, "waivers", None)
    waivers: list[Waiver] = says(candidate) if says and is_source(content, candidate) else []
    if not waivers:
        return list(stages)
    used: set[Waiver] = set()
    left = [_without(stage, waivers, used) for stage in stages]
    unneeded: list[Problem] = []
    if all(stage.status is not StageStatus.NOT_RUN for stage in stages):
        unneeded = [
            Problem(
                "unneeded-waiver",
                f"waives {each.rule}, and there is none",
                each.where,
                "take it out: one day it would waive what nobody looked at",
            )
            for each in waivers
            if each not in used
        ]
    evidence = f"{len(used)} of {counted(len(waivers), 'waiver')} used"
    if used:
        evidence += ": " + "; ".join(
            f"{e.rule} ({one_line(e.reason)})" for e in waivers if e in used
        )
    return [*left, StageResult.judged("waivers", evidence, (), unneeded)]


def _without(stage: StageResult, waivers: Sequence[Waiver], used: set[Waiver]) -> StageResult:
    kept: list[Problem] = []
    words: list[str] = []
    for problem in stage.problems:
        waiver = next((each for each in waivers if _covers(each, problem)), None)
        if waiver is None:
            kept.append(problem)
        else:
            used.add(waiver)
            words.append(f"{problem.rule}, {problem.message} ({one_line(waiver.reason)})")
    if not words:
        return stage
    status = StageStatus.HELD if kept else StageStatus.PASSED
    evidence = "; ".join([stage.evidence, *(f"waived: {each}" for each in words)])
    return replace(stage, status=status, evidence=evidence, problems=tuple(kept))


def _covers(waiver: Waiver, problem: Problem) -> bool:
    return (
        waiver.rule == problem.rule
        and waiver.subject == problem.where
        and waiver.outcome in {None, problem.outcome}
    )
