# SPDX-License-Identifier: Apache-2.0
"""Run one input with full reports, and judge what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from groundstop.config import Project
from groundstop.findings._finding import HANG, Finding
from groundstop.findings._report import parse_report
from groundstop.model import Death, Judgement, Outcome, Variant, Verdict
from groundstop.oracles import Broken, Fatal, judge_all
from groundstop.replay import DEFAULT_TIMEOUT, Reruns, open_worker
from groundstop.target import Oracle, Target, build


@dataclass(frozen=True, slots=True)
class Examination:
    """What one input does on one variant; `finding` is None when nothing is wrong with it.

    `report` is the symbolized report of a death, or what an oracle says.  `more` are further
    findings of the same input, each with its report; a broken oracle's come last.
    """

    variant: Variant
    result: Outcome | Death
    finding: Finding | None
    report: str
    more: tuple[tuple[Finding, str], ...] = ()

    @property
    def all(self) -> tuple[tuple[Finding, str], ...]:
        """All findings of the input, each with its report."""
        return ((self.finding, self.report), *self.more) if self.finding else ()

    def led_by(self, kept: Finding) -> Examination:
        """Return the same with `kept` as its first finding, where it is among them.

        Else one that is `kept` at another line comes first.
        """
        found = sorted(self.all, key=lambda each: (each[0].id != kept.id, not each[0].moved(kept)))
        if not found:
            return self
        (first, report), *more = found
        return replace(self, finding=first, report=report, more=tuple(more))


class Examiner:
    """Runs inputs on one variant, and on others where an oracle compares; a context manager.

    `timeout` is in seconds for one input.  Raises BuildError or TargetError when made.
    """

    def __init__(
        self,
        target: Target,
        variant: Variant,
        project: Project,
        *,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        self._target = target
        self._variant = variant
        self._project = project
        self._timeout = timeout
        self._core = build(target, variant, project).library.name
        with ExitStack() as stack:
            worker = open_worker(target, variant, project, timeout=timeout, symbolize=True)
            self._worker = stack.enter_context(worker)
            reruns = Reruns(target, project, variant, symbolize=True)
            self._reruns = stack.enter_context(reruns)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def examine(self, data: bytes) -> Examination:
        """Run `data` and show its outcome to the target's oracles.

        Raises CoreError, InputError or ReplayError.
        """
        result = self._worker.run(data)
        if isinstance(result, Death):
            return Examination(self._variant, result, self._died(result), result.report)
        found = self._judged(data, result, self._target.oracles)
        first, report_text = found[0] if found else (None, "")
        return Examination(self._variant, result, first, report_text, tuple(found[1:]))

    def shows(self, data: bytes, finding: Finding) -> bool:
        """Return whether `data` shows `finding`, of this variant, asking nobody needlessly.

        Raises as `examine`.
        """
        result = self._worker.run(data)
        if isinstance(result, Death):
            return self._died(result).id == finding.id
        if not finding.oracle:
            return False
        oracles = [oracle for oracle in self._target.oracles if oracle.name == finding.oracle]
        return finding.id in {found.id for found, _ in self._judged(data, result, oracles)}

    def _died(self, death: Death) -> Finding:
        report = parse_report(death.report, death.kind)
        finding = Finding.of_report(report, self._target.name, self._variant, self._core)
        return replace(finding, limit=float(self._timeout)) if death.kind == HANG else finding

    def _judged(
        self, data: bytes, outcome: Outcome, oracles: Sequence[Oracle]
    ) -> list[tuple[Finding, str]]:
        """Return the findings of oracles, each with its report; a broken oracle's come last."""
        judgements = judge_all(oracles, data, outcome, self._reruns)
        judgements.sort(key=lambda named: isinstance(named[1], Broken))
        return [
            self._found(name, judgement)
            for name, judgement in judgements
            if judgement.verdict is Verdict.FINDING
        ]

    def _found(self, name: str, judgement: Judgement) -> tuple[Finding, str]:
        """Return the finding that a judgement is, and its report."""
        finding = Finding.of_oracle(name, judgement, self._target.name, self._variant)
        if isinstance(judgement, Fatal):
            core = build(self._target, judgement.variant, self._project).library.name
            finding = finding.dying(judgement.death, core)
        rest = judgement.message.partition("\n")[2]
        return finding, f"{finding.headline}\n{rest}"


def examine(
    data: bytes,
    target: Target,
    variant: Variant,
    project: Project,
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> Examination:
    """Examine one input; raises what `Examiner` raises."""
    with Examiner(target, variant, project, timeout=timeout) as examiner:
        return examiner.examine(data)
