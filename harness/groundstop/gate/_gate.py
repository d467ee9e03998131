# SPDX-License-Identifier: Apache-2.0
"""Run the stages on each candidate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import regressions, require_corpus, seeds
from groundstop.errors import GroundstopError, InputError
from groundstop.files import read_input
from groundstop.gate._decision import GateResult, StageResult, StageStatus
from groundstop.gate._dynamic import (
    evaluate_stage,
    load_stage,
    outcome_stage,
    regressions_stage,
)
from groundstop.gate._rig import Rig
from groundstop.gate._static import builds_stage, definition_stage, releases_stage, source_stage
from groundstop.model import Release
from groundstop.target import ContentToolchain, Target

__all__ = ["run_gate"]


def run_gate(
    target: Target,
    project: Project,
    candidates: Sequence[Path],
    fleet: Sequence[Release] = (),
) -> Iterator[GateResult]:
    """Yield the decision on each candidate, in order.

    `fleet` are the releases that would receive it (default: the target's whole fleet).
    Raises BuildError or TargetError when no candidate can be judged (a project without its
    corpus would pass what it never ran); what concerns one
    candidate only makes that one undecided.
    """
    require_corpus(target, project)
    events = seeds(target, project)
    known = regressions(target, project)
    with Rig(target, project, fleet or target.core.fleet) as rig:
        regression_result = regressions_stage(target, known, rig)
        for candidate in candidates:
            try:
                yield _judge(target, candidate, events, rig, regression_result)
            except GroundstopError as error:
                yield GateResult.undecided(target.name, candidate, str(error))
            except Exception as error:  # noqa: BLE001  (a content toolchain is a user's code)
                words = f"the content toolchain failed: {type(error).__name__}: {error}"
                yield GateResult.undecided(target.name, candidate, f"{candidate}: {words}")


def _judge(
    target: Target,
    candidate: Path,
    events: Mapping[str, bytes],
    rig: Rig,
    regression_result: StageResult,
) -> GateResult:
    content = target.content
    # Read first: a file that is not there is one message, not one for each stage.
    before = _snapshot(content, candidate)
    ships, testcase = before
    stages = [source_stage(content, candidate)]
    stages.append(definition_stage(content, candidate))
    stages.append(releases_stage(content, candidate, rig))
    if lacking := builds_stage(rig):
        stages.append(lacking)
    loaded = load_stage(content, testcase, rig)
    stages += loaded
    if loaded[0].status is not StageStatus.HELD:
        others = {name: data for name, data in events.items() if data != testcase}
        stages.append(evaluate_stage(content, testcase, others, rig))
        stages.append(outcome_stage(target, candidate, testcase, rig))
    stages.append(regression_result)
    if _snapshot(content, candidate) != before:
        raise InputError(f"{candidate}: changed while it was judged; run the gate again")
    return GateResult.decided(target.name, candidate, hashlib.sha256(ships).hexdigest(), stages)


def _snapshot(content: ContentToolchain, candidate: Path) -> tuple[bytes, bytes]:
    """Return the bytes that would ship, and the testcase made of them and of what they name."""
    given = read_input(candidate)
    ships = content.compile(candidate) if candidate.suffix in content.suffixes else given
    return ships, content.testcase(candidate)
