# SPDX-License-Identifier: Apache-2.0
"""Run the stages on each candidate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import regressions, require_corpus, seeds
from groundstop.errors import InputError
from groundstop.gate._corpus import corpus_stage
from groundstop.gate._coverage import coverage_stage
from groundstop.gate._decision import GateResult, StageResult, StageStatus
from groundstop.gate._dynamic import (
    evaluate_stage,
    load_stage,
    outcome_stage,
    regressions_stage,
    run_events,
)
from groundstop.gate._rig import Rig
from groundstop.gate._static import (
    builds_stage,
    definition_stage,
    failed,
    read_candidate,
    releases_stage,
    snapshot,
    source_stage,
)
from groundstop.gate._waivers import waived
from groundstop.model import Release
from groundstop.target import Target

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
    # All are read before anything is built or started: a slip of the pen is told at once.
    decided = [read_candidate(target, candidate) for candidate in candidates]
    if all(decided):
        yield from filter(None, decided)
        return
    require_corpus(target, project)
    events = seeds(target, project)
    known = regressions(target, project)
    with Rig(target, project, fleet or target.core.fleet) as rig:
        corpus = corpus_stage(target, project)
        regression_result = regressions_stage(target, known, rig)
        for candidate, result in zip(candidates, decided, strict=True):
            try:
                yield result or _judge(target, candidate, events, rig, [corpus, regression_result])
            except Exception as error:  # noqa: BLE001  (a content toolchain is a user's code)
                yield failed(target, candidate, error)


def _judge(
    target: Target,
    candidate: Path,
    events: Mapping[str, bytes],
    rig: Rig,
    of_corpus: Sequence[StageResult],
) -> GateResult:
    content = target.content
    before = snapshot(content, candidate)
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
        ran = run_events(content, testcase, others, rig)
        stages.append(evaluate_stage(content, ran, rig))
        stages.append(coverage_stage(target, candidate, ran, rig))
        stages.append(outcome_stage(target, candidate, testcase, ran, rig))
    stages += of_corpus
    stages = waived(content, candidate, stages)
    if snapshot(content, candidate) != before:
        raise InputError(f"{candidate}: changed while it was judged; run the gate again")
    return GateResult.decided(target.name, candidate, hashlib.sha256(ships).hexdigest(), stages)
