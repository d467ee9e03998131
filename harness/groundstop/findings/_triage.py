# SPDX-License-Identifier: Apache-2.0
"""Turn what a campaign stored into findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.files import read_input
from groundstop.findings._examine import examine
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
    found = examine(data, target, variant, project)
    if found.finding is None:
        return None
    FindingStore(project, target.name).save(found.finding, data, found.report)
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
    for path in paths:
        data = read_input(path)
        finding = triage(data, target, variant, project)
        if finding is None:
            finding = _unreproduced(path, data, target, variant, project)
        found.setdefault(finding.id, finding)
    return list(found.values())


def _unreproduced(
    path: Path, data: bytes, target: Target, variant: Variant, project: Project
) -> Finding:
    kind = _KINDS.get(path.name.partition("-")[0], "crash")
    text = _beside(path, ".report")
    said = _beside(path, ".oracle").strip()
    if said:
        name, _, message = said.partition(": ")
        finding = Finding(target.name, variant, f"oracle {name}", message, (), reproduced=False)
    else:
        report = parse_report(text, kind if not text or kind == "timeout" else "")
        frames = report.own_frames()
        finding = Finding(
            target.name, variant, report.kind, report.detail, frames, reproduced=False
        )
    FindingStore(project, target.name).save(finding, data, text or f"{said}\n")
    return finding


def _beside(path: Path, suffix: str) -> str:
    file = path.with_name(path.name + suffix)
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
