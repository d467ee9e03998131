# SPDX-License-Identifier: Apache-2.0
"""Turn the inputs that a property failed on in a campaign into findings, and keep them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.artifacts import mark_triaged, untriaged
from groundstop.corpus import add_property_input
from groundstop.errors import DamagedFindingError, InputError, InterruptedTriageError
from groundstop.files import read_input
from groundstop.findings import Finding, FindingStore, Stored, keep_left
from groundstop.model import Variant
from groundstop.properties._property import Property
from groundstop.properties._run import (
    Failure,
    PropertyTimeoutError,
    finding_kind,
    run_property,
)
from groundstop.properties._shrink import shrink

__all__ = ["PropertyFinding", "keep_earlier_failures", "keep_failures"]


@dataclass(frozen=True, slots=True)
class PropertyFinding:
    """A finding with the smallest input that shows it and the example that this stands for.

    `path` is that input's file, in the corpus; `example` is empty for a finding that did not
    happen again.
    """

    finding: Finding
    path: Path
    example: str


def keep_failures(paths: Sequence[Path], prop: Property, variant: Variant) -> list[PropertyFinding]:
    """Run every input that a campaign on `variant` stored again; return each finding once.

    Each is stored with the target's findings, made small, and one that happens again also
    goes to the corpus as a regression.  Raises as `run_property`.
    """
    try:
        return _keep_all(paths, prop, variant)
    except KeyboardInterrupt:
        done = len(paths) - len([path for path in untriaged(paths[0].parent) if path in paths])
        folder = prop.project.relative(paths[0].parent)
        raise InterruptedTriageError(done, len(paths), folder) from None


def keep_earlier_failures(prop: Property) -> tuple[list[PropertyFinding], list[str]]:
    """Do so with what campaigns on any variant stored before they were killed.

    Returns the findings, and a line for each thing that none could be made of.
    """
    found: list[PropertyFinding] = []
    notes: list[str] = []
    for name in sorted({core.target_name for core in prop.cores}):
        kept, said = keep_left(
            prop.project.state / "properties" / name / prop.label,
            prop.project,
            lambda paths, variant: keep_failures(paths, prop, variant),
        )
        found += kept
        notes += said
    return found, notes


def _keep_all(paths: Sequence[Path], prop: Property, variant: Variant) -> list[PropertyFinding]:
    failed: dict[str, tuple[bytes, Failure]] = {}
    shown: dict[str, list[Path]] = {}
    kept: list[PropertyFinding] = []
    for path in paths:
        data = read_input(path)
        failure = _run(prop, data, variant)
        if failure is None:
            kept.append(_unreproduced(path, data, prop, variant))
            continue
        identifier = failure.finding.id
        shown.setdefault(identifier, []).append(path)
        if (known := failed.get(identifier)) is None or len(data) < len(known[0]):
            failed[identifier] = (data, failure)
    for identifier, (data, failure) in failed.items():
        kept.append(_keep(prop, *_smaller(prop, data, failure, variant), variant))
        for path in shown[identifier]:
            mark_triaged(path, [kept[-1].finding.id])
    return kept


def _run(prop: Property, data: bytes, variant: Variant) -> Failure | None:
    try:
        return run_property(prop, data, variant.release)
    except InputError:
        return None


def _smaller(
    prop: Property, data: bytes, failure: Failure, variant: Variant
) -> tuple[bytes, Failure]:
    """Return a smaller input of the same finding with its failure, or what was given."""
    if isinstance(failure.error, PropertyTimeoutError):
        # Each candidate would take all of that time.
        return data, failure

    def fails(candidate: bytes) -> bool:
        # Symbolizing each candidate's report would leave time for a few of them only.
        again = _run(prop, candidate, variant)
        return again is not None and again.place == failure.place

    small = shrink(data, fails)
    again = _run(prop, small, variant)
    if again is None or again.finding.id != failure.finding.id:
        return data, failure
    return small, again


def _keep(prop: Property, data: bytes, failure: Failure, variant: Variant) -> PropertyFinding:
    finding = failure.finding
    store = FindingStore(prop.project, finding.target)
    known = _known(store, finding)
    if known is not None and known.input.stat().st_size <= len(data):
        # Found before: what is in the corpus of it stays the one input that shows it.
        earlier = read_input(known.input)
        again = _run(prop, earlier, variant)
        # It may show another one by now, as the property has changed: then the new one stays.
        if again is not None and again.finding.id == finding.id:
            data, failure = earlier, again
        else:
            # The store itself prefers the smaller one.
            shutil.rmtree(known.folder, ignore_errors=True)
    store.save(finding, data, failure.report)
    path = add_property_input(
        finding.target,
        prop.project,
        prop.label,
        data,
        what=f"{finding.detail}\n{failure.example}",
        oracle=prop.node,
        release=variant.release,
    )
    return PropertyFinding(finding, path, failure.example)


def _known(store: FindingStore, finding: Finding) -> Stored | None:
    try:
        return store.load(finding.id)
    except DamagedFindingError:
        # Saving puts a whole one in its place.
        return None


def _unreproduced(path: Path, data: bytes, prop: Property, variant: Variant) -> PropertyFinding:
    core, _ = prop.core_for(variant.release)
    note = path.with_name(f"{path.name}.oracle")
    report = path.with_name(f"{path.name}.report")
    said = note.read_text(encoding="utf-8", errors="replace").strip() if note.is_file() else ""
    text = report.read_text(encoding="utf-8", errors="replace") if report.is_file() else said
    # Not its name: that is different for every input of one cause.
    kind = path.name.partition("-")[0]
    detail = said.removeprefix(f"{prop.node}: ") or f"{kind}: did not happen again"
    finding = Finding(
        core.target_name, variant, finding_kind(prop.node), detail, (), reproduced=False
    )
    stored = FindingStore(prop.project, core.target_name).save(finding, data, text)
    mark_triaged(path, [stored.finding.id])
    return PropertyFinding(stored.finding, stored.input, "")
