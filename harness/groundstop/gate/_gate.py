# SPDX-License-Identifier: Apache-2.0
"""Run the stages on each candidate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import regressions, seeds
from groundstop.errors import GroundstopError, TargetError
from groundstop.files import read_input
from groundstop.gate._bench import Bench
from groundstop.gate._decision import GateResult, StageResult, StageStatus
from groundstop.gate._dynamic import evaluate_stage, load_stage, not_run, regressions_stage
from groundstop.gate._static import definition_stage, releases_stage, source_stage
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
    Raises BuildError or TargetError when no candidate can be judged; what concerns one
    candidate only makes that one undecided.
    """
    content = target.content
    if content is None:
        raise TargetError(f"target {target.name} brings no content toolchain: nothing to gate")
    events = seeds(target, project)
    known = regressions(target, project)
    with Bench(target, project, fleet or target.core.fleet) as bench:
        regression_result = regressions_stage(known, bench)
        for candidate in candidates:
            try:
                yield _judge(content, candidate, events, bench, regression_result)
            except GroundstopError as error:
                yield GateResult.undecided(candidate, str(error))


def _judge(
    content: ContentToolchain,
    candidate: Path,
    events: Mapping[str, bytes],
    bench: Bench,
    regression_result: StageResult,
) -> GateResult:
    # Read first: a file that is not there is one message, not one for each stage.
    digest = hashlib.sha256(read_input(candidate)).hexdigest()
    stages = [source_stage(content, candidate)]
    if candidate.suffix in content.suffixes:
        digest = hashlib.sha256(content.compile(candidate)).hexdigest()
    testcase = content.testcase(candidate)
    stages.append(definition_stage(content, candidate))
    stages.append(releases_stage(content, candidate, bench))
    loaded = load_stage(content, testcase, bench)
    stages.append(loaded)
    if loaded.status is StageStatus.PASSED:
        others = {name: data for name, data in events.items() if data != testcase}
        stages.append(evaluate_stage(content, testcase, others, bench))
    else:
        stages.append(not_run("evaluate", "what does not load cannot be evaluated"))
    stages.append(regression_result)
    return GateResult.decided(candidate, digest, stages)
