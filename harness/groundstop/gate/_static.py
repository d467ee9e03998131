# SPDX-License-Identifier: Apache-2.0
"""Stages that only read: the source, the definitions, what each release supplies."""

from __future__ import annotations

from pathlib import Path

from groundstop.gate._decision import StageResult, StageStatus
from groundstop.gate._rig import Rig
from groundstop.target import ContentToolchain, Problem


def source_stage(content: ContentToolchain, candidate: Path) -> StageResult:
    """Judge whether the binary is reproducible from its text source: the same bytes twice.

    A candidate that is binary already has no source to compare with.
    """
    name = "source"
    if candidate.suffix not in content.suffixes:
        return StageResult(name, StageStatus.NOT_APPLICABLE, "a binary: no text source given")
    first, second = content.compile(candidate), content.compile(candidate)
    problems = []
    if first != second:
        problems.append(
            Problem(
                "reproducible",
                "compiling the source twice gave different bytes",
                str(candidate),
                "report this: the content compiler is at fault",
            )
        )
    return StageResult.judged(name, f"compiled twice, {len(first)} bytes", problems)


def definition_stage(content: ContentToolchain, candidate: Path) -> StageResult:
    """Judge whether the candidate agrees with its own definitions."""
    problems = content.check_definition(candidate)
    return StageResult.judged("definition", "checked against its template definitions", problems)


def releases_stage(content: ContentToolchain, candidate: Path, rig: Rig) -> StageResult:
    """Judge whether the candidate asks of a release what that does not supply."""
    problems = [
        problem
        for release in rig.fleet
        for problem in content.check_release(candidate, release, rig.tree(release))
    ]
    names = ", ".join(str(release) for release in rig.fleet)
    return StageResult.judged("releases", f"checked against {names}", problems)
