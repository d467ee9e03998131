# SPDX-License-Identifier: Apache-2.0
"""Stages that only read: the source, the definitions, what each release supplies."""

from __future__ import annotations

from pathlib import Path

from groundstop.gate._decision import StageResult, StageStatus
from groundstop.gate._rig import Rig, spoken
from groundstop.target import ContentToolchain, Problem
from groundstop.words import counted


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
    return StageResult.judged(name, f"compiled twice, {counted(len(first), 'byte')}", problems)


def definition_stage(content: ContentToolchain, candidate: Path) -> StageResult:
    """Judge whether the candidate agrees with its own definitions."""
    problems = content.check_definition(candidate)
    if problems is None:
        why = "the target declares nothing to check it by: any bytes may be right"
        return StageResult("definition", StageStatus.NOT_CHECKED, why)
    return StageResult.judged("definition", "checked against its own definitions", problems)


def releases_stage(content: ContentToolchain, candidate: Path, rig: Rig) -> StageResult:
    """Judge whether the candidate asks of a release what that does not supply."""
    name = "releases"
    problems: list[Problem] = []
    unknown: list[str] = []
    for release in rig.fleet:
        found = content.check_release(candidate, release, rig.tree(release))
        problems += found or []
        if found is None:
            unknown.append(spoken(release))
    if unknown and not problems:
        if not rig.target.core.releases:
            return StageResult(name, StageStatus.NOT_APPLICABLE, "the core has no releases")
        why = f"nothing says what is supplied by {', '.join(unknown)}"
        return StageResult(name, StageStatus.NOT_CHECKED, why)
    names = ", ".join(map(spoken, rig.fleet))
    return StageResult.judged(name, f"checked against {names}", problems)


def builds_stage(rig: Rig) -> StageResult | None:
    """Say which sanitizers the cores lack; None where they run under all that the gate wants."""
    if not rig.lacking:
        return None
    why = f"a library as it was built: it does not run under {', '.join(rig.lacking)}"
    return StageResult("builds", StageStatus.NOT_CHECKED, why)
