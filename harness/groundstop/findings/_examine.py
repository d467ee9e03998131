# SPDX-License-Identifier: Apache-2.0
"""Run one input with full reports, and judge what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.config import Project
from groundstop.findings._finding import Finding
from groundstop.findings._report import parse_report
from groundstop.model import Death, Outcome, Variant, Verdict
from groundstop.replay import open_worker
from groundstop.target import Target, build


@dataclass(frozen=True, slots=True)
class Examination:
    """What one input does on one variant; `finding` is None when nothing is wrong with it.

    `report` is the symbolized report of a death, or what an oracle says.
    """

    variant: Variant
    result: Outcome | Death
    finding: Finding | None
    report: str


def examine(data: bytes, target: Target, variant: Variant, project: Project) -> Examination:
    """Run `data` and show its outcome to the target's oracles.

    Raises BuildError, CoreError, InputError, ReplayError or TargetError.
    """
    core = build(target, variant, project).library
    with open_worker(target, variant, project, symbolize=True) as worker:
        result = worker.run(data)
    if isinstance(result, Death):
        report = parse_report(result.report, result.kind)
        finding = Finding.of_report(report, target.name, variant, core.name)
        return Examination(variant, result, finding, result.report)
    for oracle in target.oracles:
        judgement = oracle.judge(data, result)
        if judgement.verdict is Verdict.FINDING:
            finding = Finding(target.name, variant, f"oracle {oracle.name}", judgement.message, ())
            return Examination(variant, result, finding, f"{finding.headline}\n")
    return Examination(variant, result, None, "")
