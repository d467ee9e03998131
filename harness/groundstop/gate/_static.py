# SPDX-License-Identifier: Apache-2.0
"""Stages that only read: the source, the definitions, what each release supplies."""

from __future__ import annotations

import traceback
from pathlib import Path

from groundstop.errors import GroundstopError, InputError, SourceError
from groundstop.files import read_input
from groundstop.gate._decision import GateResult, StageResult, StageStatus
from groundstop.gate._rig import Rig, spoken
from groundstop.target import ContentToolchain, Problem, Target, blank_problem, is_source
from groundstop.words import counted


def snapshot(content: ContentToolchain, candidate: Path) -> tuple[bytes, bytes]:
    """Return the bytes that would ship, and the testcase made of them and of what they name."""
    # Read first: a file that is not there is the user's mistake, not its author's.
    given = read_input(candidate)
    ships = content.compile(candidate) if is_source(content, candidate) else given
    return ships, content.testcase(candidate)


def read_candidate(target: Target, candidate: Path) -> GateResult | None:
    """Return the decision on a candidate that nothing needs to be run for; None for any other.

    A source with mistakes is held, with all of them; what cannot be read is undecided.
    """
    try:
        snapshot(target.content, candidate)
    except Exception as error:  # noqa: BLE001  (a content toolchain is a user's code)
        return failed(target, candidate, error)
    return None


def failed(target: Target, candidate: Path, error: Exception) -> GateResult:
    """Return the decision on a candidate at which its content toolchain or the machine failed."""
    if isinstance(error, SourceError) and not isinstance(error, InputError):
        problems = [
            Problem("source", _with_field(each), each.where, excerpt=each.excerpt)
            for each in error.errors
        ]
        evidence = counted(len(problems), "mistake")
        return GateResult.decided(
            target.name, candidate, "", [StageResult.judged("source", evidence, problems)]
        )
    words = str(error)
    if not isinstance(error, GroundstopError):
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
        said = f"{type(error).__name__}: {error}"
        words = f"{candidate}: the target's content toolchain is broken: {said}{where}"
    return GateResult.undecided(target.name, candidate, words)


def _with_field(error: SourceError) -> str:
    return f"{error.where.field}: {error.message}" if error.where.field else error.message


def source_stage(content: ContentToolchain, candidate: Path) -> StageResult:
    """Judge whether the binary is reproducible from its text source: the same bytes twice.

    A candidate that is binary already has no source to compare with.
    """
    name = "source"
    if blank := blank_problem(read_input(candidate)):
        # Whatever a toolchain makes of it: nobody meant to ship this.
        return StageResult.judged(name, "nothing is in it", [blank])
    if not is_source(content, candidate):
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
