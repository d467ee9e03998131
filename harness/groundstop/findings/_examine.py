# SPDX-License-Identifier: Apache-2.0
"""Run one input with full reports, and judge what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

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


class Examiner:
    """Runs inputs on one variant; a context manager.

    Raises BuildError or TargetError when made.
    """

    def __init__(self, target: Target, variant: Variant, project: Project) -> None:
        self._target = target
        self._variant = variant
        self._core = build(target, variant, project).library.name
        self._worker = open_worker(target, variant, project, symbolize=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.__exit__(kind, error, trace)

    def examine(self, data: bytes) -> Examination:
        """Run `data` and show its outcome to the target's oracles.

        Raises CoreError, InputError or ReplayError.
        """
        result = self._worker.run(data)
        if isinstance(result, Death):
            report = parse_report(result.report, result.kind)
            finding = Finding.of_report(report, self._target.name, self._variant, self._core)
            return Examination(self._variant, result, finding, result.report)
        for oracle in self._target.oracles:
            judgement = oracle.judge(data, result)
            if judgement.verdict is Verdict.FINDING:
                kind = f"oracle {oracle.name}"
                finding = Finding(
                    self._target.name, self._variant, kind, judgement.message, frames=()
                )
                return Examination(self._variant, result, finding, f"{finding.headline}\n")
        return Examination(self._variant, result, None, "")


def examine(data: bytes, target: Target, variant: Variant, project: Project) -> Examination:
    """Examine one input; raises what `Examiner` raises."""
    with Examiner(target, variant, project) as examiner:
        return examiner.examine(data)
