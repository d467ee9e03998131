# SPDX-License-Identifier: Apache-2.0
"""Rehearse a past incident: what each check of its time says, and what is said today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.campaign import CampaignOptions, RunDirectory, run_campaign
from groundstop.config import Project
from groundstop.corpus import compiled_seeds
from groundstop.errors import SourceLocation
from groundstop.findings import headline
from groundstop.gate._decision import GateResult
from groundstop.gate._gate import run_gate
from groundstop.model import Death, Release, Stage, Variant
from groundstop.replay import Worker, open_worker
from groundstop.report import ContentCoverage, content_coverage
from groundstop.target import Incident, Step, Target

__all__ = ["Hunt", "Rehearsal", "StepOutcome"]


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One step and how it ended; `passed` is what people of the time would have seen.

    `unseen` names what the core never evaluated, where that was measured.  `telling` says
    whether the step still shows what it is told for: content coverage that its own events
    leave something unseen, synthesized ones nothing.
    """

    step: Step
    release: Release
    passed: bool
    detail: str
    unseen: tuple[str, ...] = ()
    telling: bool = True

    def as_json(self) -> dict[str, object]:
        """Return the step as a document."""
        return {
            "check": self.step.check,
            "title": self.step.title,
            "release": str(self.release),
            "passed": self.passed,
            "detail": self.detail,
            "lesson": self.step.lesson,
            "unseen": list(self.unseen),
            "telling": self.telling,
        }


@dataclass(frozen=True, slots=True)
class Hunt:
    """What the fuzzer made of it: seconds from its start, all of them, to the finding."""

    found: bool
    seconds: float
    inputs: int
    headline: str

    def as_json(self) -> dict[str, object]:
        """Return the hunt as a document."""
        return {
            "found": self.found,
            "seconds": round(self.seconds, 2),
            "inputs": self.inputs,
            "finding": self.headline,
        }


class Rehearsal:
    """An incident, ready to be run; each method runs one part of it for real."""

    def __init__(self, target: Target, incident: Incident, project: Project) -> None:
        self._target = target
        self._incident = incident
        self._project = project

    def steps(self, release: Release) -> Iterator[StepOutcome]:
        """Yield the outcome of every step on the AddressSanitizer build of `release`."""
        variant = Variant(release)
        with open_worker(self._target, variant, self._project, symbolize=True) as worker:
            for step in self._incident.steps:
                if step.check in {"coverage", "synthesis"}:
                    yield self._cover(step, release)
                else:
                    passed, detail = self._check(step, worker)
                    yield StepOutcome(step, release, passed, detail)

    def hunt(self, seconds: float) -> Hunt:
        """Fuzz the defective build, from the target's seeds alone, until something is found."""
        seeds = compiled_seeds(self._target, self._project)
        with RunDirectory(self._project.state, ".hunt") as run:
            folder = run.scratch
            (folder / "units").mkdir()
            options = CampaignOptions(
                seconds=seconds,
                release=self._incident.release,
                corpus=(folder / "units", seeds),
                artifacts=folder / "artifacts",
                stop_at_finding=True,
                # It is to die as it did that day; oracles would see from the first seed on
                # that it loads what it cannot supply.
                share=0,
            )
            result = run_campaign(self._target, self._project, options)
            found = self._explain(result.artifacts[0].path) if result.artifacts else ""
        progress = result.progress
        return Hunt(bool(found), progress.elapsed, progress.stats.executions, found)

    def gate(self) -> GateResult:
        """Ask the gate about the content that did it, for the fleet of that day."""
        incident = self._incident
        results = run_gate(self._target, self._project, [incident.candidate], incident.fleet)
        return next(iter(results))

    def _explain(self, artifact: Path) -> str:
        """Return what the input shows when it is run again; empty when that is nothing."""
        variant = Variant(self._incident.release)
        with open_worker(self._target, variant, self._project, symbolize=True) as worker:
            result = worker.run(artifact.read_bytes())
        return headline(result) if isinstance(result, Death) else ""

    def _cover(self, step: Step, release: Release) -> StepOutcome:
        """Measure what is reached of the content; a death fails the step, a gap does not."""
        coverage = content_coverage(
            self._target,
            step.source,
            self._project,
            release=release,
            synthesize=step.check == "synthesis",
        )
        if coverage.deaths:
            return StepOutcome(step, release, passed=False, detail="; ".join(coverage.deaths))
        detail = f"nothing crashes, {coverage.percent} of its outcomes reached"
        unseen = _unseen(coverage)
        telling = bool(unseen) if step.check == "coverage" else not coverage.missed
        return StepOutcome(step, release, True, detail, unseen, telling)  # noqa: FBT003

    def _check(self, step: Step, worker: Worker) -> tuple[bool, str]:
        content = self._target.content
        if step.check == "definition":
            problems = content.check_definition(step.source)
            if problems is None:
                return True, "not checked: the target declares nothing to check it by"
            return not problems, "; ".join(p.message for p in problems) or "no problem"
        testcase = content.testcase(step.source)
        if step.check == "load":
            testcase = content.join(testcase, b"")
        result = worker.run(testcase)
        if isinstance(result, Death):
            return False, headline(result)
        wanted = Stage.LOADED if step.check == "load" else Stage.EVALUATED
        return result.stage >= wanted, "; ".join(content.describe(result))


def _unseen(coverage: ContentCoverage) -> tuple[str, ...]:
    """Name the elements that were never evaluated though they can be."""
    seen = {number for number, _ in coverage.reached}
    missed = dict.fromkeys(number for number, _ in coverage.missed if number not in seen)
    elements = (coverage.elements[number] for number in missed)
    return tuple(f"{each.text} ({_short(each.where)})" for each in elements)


def _short(where: SourceLocation | str) -> str:
    return f"{where.path.name}:{where.line}" if isinstance(where, SourceLocation) else where
