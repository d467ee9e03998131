# SPDX-License-Identifier: Apache-2.0
"""Turn what a campaign stored into findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InterruptedTriageError, ReplayError
from groundstop.files import read_input
from groundstop.findings._examine import Examiner
from groundstop.findings._finding import Finding
from groundstop.findings._report import parse_report
from groundstop.findings._store import FindingStore
from groundstop.model import Judgement, Variant, Verdict
from groundstop.oracles import Broken
from groundstop.target import Target

__all__ = ["keep_artifacts", "triage"]

# What libFuzzer calls its files, where nothing else is known of a finding.
_KINDS = {"crash": "crash", "timeout": "timeout", "oom": "out-of-memory", "leak": "leak"}


def triage(data: bytes, target: Target, variant: Variant, project: Project) -> Finding | None:
    """Run an input with full reports and store what is found; return the first finding, if any.

    Raises as `examine` and `FindingStore.save` do.
    """
    with Examiner(target, variant, project) as examiner:
        return next(iter(_triage(data, examiner, FindingStore(project, target.name))), None)


def _triage(data: bytes, examiner: Examiner, store: FindingStore) -> list[Finding]:
    examined = examiner.examine(data)
    return [store.save(finding, data, report).finding for finding, report in examined.all]


def keep_artifacts(
    paths: Sequence[Path], target: Target, variant: Variant, project: Project
) -> list[Finding]:
    """Triage every input that a campaign on `variant` stored; return each finding once.

    One that shows nothing any more is kept as well, marked as not reproduced: with what
    the campaign wrote beside it (`<name>.report`, `<name>.oracle`), or else by the kind that
    libFuzzer gave it.  Interrupted, raises InterruptedTriageError: the rest stays where it is.
    """
    found: dict[str, Finding] = {}
    store = FindingStore(project, target.name)
    left = list(paths)
    while left:
        try:
            with Examiner(target, variant, project) as examiner:
                while left:
                    findings = _keep(left[0], examiner, store, target, variant)
                    # The last one is what is stored now: a smaller input may tell it otherwise.
                    found |= {finding.id: finding for finding in findings}
                    left.pop(0)
        except KeyboardInterrupt:
            folder = project.relative(paths[0].parent)
            done = len(paths) - len(left)
            raise InterruptedTriageError(done, len(paths), folder) from None
        except ReplayError:
            # A thread that an input left behind ended the process, while another one ran
            # or when there was nothing to run any more: the campaign has seen more.
            if left:
                finding = _keep_unreproduced(left.pop(0), store, target, variant)
                found[finding.id] = finding
    return list(found.values())


def _keep(
    path: Path, examiner: Examiner, store: FindingStore, target: Target, variant: Variant
) -> list[Finding]:
    findings = _triage(read_input(path), examiner, store)
    return findings or [_keep_unreproduced(path, store, target, variant)]


def _keep_unreproduced(
    path: Path, store: FindingStore, target: Target, variant: Variant
) -> Finding:
    finding, report = _unreproduced(path, target, variant)
    return store.save(finding, read_input(path), report).finding


def _unreproduced(path: Path, target: Target, variant: Variant) -> tuple[Finding, str]:
    """Make a finding, and its report, of what lies beside an artifact."""
    kind = _KINDS.get(path.name.partition("-")[0], "crash")
    text = _beside(path, ".report")
    said = _beside(path, ".oracle").strip()
    if said:
        name, _, message = said.partition(": ")
        broken = path.name.startswith("broken-")
        judgement = (Broken if broken else Judgement)(Verdict.FINDING, message)
        finding = Finding.of_oracle(name, judgement, target.name, variant)
        return replace(finding, reproduced=False), text or f"{said}\n"
    report = parse_report(text, kind if not text or kind == "timeout" else "")
    finding = Finding.of_report(report, target.name, variant)
    return replace(finding, reproduced=False), text


def _beside(path: Path, suffix: str) -> str:
    file = path.with_name(path.name + suffix)
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
