# SPDX-License-Identifier: Apache-2.0
"""Rehearse a past incident: what each check of its time says, on the build that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.findings import headline
from groundstop.model import Death, Release, Stage, Variant
from groundstop.replay import Worker, open_worker
from groundstop.target import ContentToolchain, Incident, Step, Target, build

__all__ = ["StepOutcome", "rehearse"]


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One step and how it ended: `passed` says what people of the time would have seen."""

    step: Step
    release: Release
    passed: bool
    detail: str


def rehearse(
    target: Target, incident: Incident, release: Release, project: Project
) -> Iterator[StepOutcome]:
    """Yield the outcome of every step of `incident` on the AddressSanitizer build of `release`."""
    content = target.content
    if content is None:
        raise TargetError(f"target {target.name} brings no content toolchain")
    variant = Variant(release)
    build(target, variant, project)
    with open_worker(target, variant, project, symbolize=True) as worker:
        for step in incident.steps:
            passed, detail = _check(step, content, worker)
            yield StepOutcome(step, release, passed, detail)


def _check(step: Step, content: ContentToolchain, worker: Worker) -> tuple[bool, str]:
    if step.check == "definition":
        problems = content.check_definition(step.source)
        return not problems, "; ".join(problem.message for problem in problems) or "no problem"
    testcase = content.testcase(step.source)
    if step.check == "load":
        testcase = content.join(testcase, b"")
    result = worker.run(testcase)
    if isinstance(result, Death):
        return False, headline(result)
    wanted = Stage.LOADED if step.check == "load" else Stage.EVALUATED
    return result.stage >= wanted, "; ".join(content.describe(result))
