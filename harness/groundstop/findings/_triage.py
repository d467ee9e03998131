# SPDX-License-Identifier: Apache-2.0
"""Turn what a campaign stored into findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from groundstop.config import Project
from groundstop.files import read_input
from groundstop.findings._examine import Examiner
from groundstop.findings._finding import Finding
from groundstop.findings._report import parse_report
from groundstop.findings._store import FindingStore
from groundstop.model import Variant
from groundstop.target import Target

__all__ = ["keep_artifacts", "triage"]

# What libFuzzer calls its files, where nothing else is known of a finding.
_KINDS = {"crash": "crash", "timeout": "timeout", "oom": "out-of-memory", "leak": "leak"}


def triage(data: bytes, target: Target, variant: Variant, project: Project) -> Finding | None:
    """Run an input with full reports and store the finding; None when nothing is wrong with it.

    Raises as `examine` and `FindingStore.save` do.
    """
    with Examiner(target, variant, project) as examiner:
        return _triage(data, examiner, FindingStore(project, target.name))


def _triage(data: bytes, examiner: Examiner, store: FindingStore) -> Finding | None:
    found = examiner.examine(data)
    if found.finding is not None:
        store.save(found.finding, data, found.report)
    return found.finding


def keep_artifacts(
    paths: Sequence[Path], target: Target, variant: Variant, project: Project
) -> list[Finding]:
    """Triage every input that a campaign on `variant` stored; return each finding once.

    One that shows nothing any more is kept as well, marked as not reproduced: with what
    the campaign wrote beside it (`<name>.report`, `<name>.oracle`), or else by the kind that
    libFuzzer gave it.
    """
    found: dict[str, Finding] = {}
    store = FindingStore(project, target.name)
    if paths:
        with Examiner(target, variant, project) as examiner:
            for path in paths:
                data = read_input(path)
                finding = _triage(data, examiner, store)
                if finding is None:
                    finding, report = _unreproduced(path, target, variant)
                    store.save(finding, data, report)
                found.setdefault(finding.id, finding)
    return list(found.values())


def _unreproduced(path: Path, target: Target, variant: Variant) -> tuple[Finding, str]:
    """Make a finding, and its report, of what lies beside an artifact."""
    kind = _KINDS.get(path.name.partition("-")[0], "crash")
    text = _beside(path, ".report")
    said = _beside(path, ".oracle").strip()
    if said:
        name, _, message = said.partition(": ")
        finding = Finding(target.name, variant, f"oracle {name}", message, (), reproduced=False)
        return finding, text or f"{said}\n"
    report = parse_report(text, kind if not text or kind == "timeout" else "")
    finding = Finding.of_report(report, target.name, variant)
    return replace(finding, reproduced=False), text


def _beside(path: Path, suffix: str) -> str:
    file = path.with_name(path.name + suffix)
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
