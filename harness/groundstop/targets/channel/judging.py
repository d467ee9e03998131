# SPDX-License-Identifier: Apache-2.0
"""What the oracles need to know of bundles: what is valid, what must come of it, what is alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.oracles import Prediction
from groundstop.targets.channel.bundle import Binary, Parts
from groundstop.targets.channel.checks import check_format, check_supply
from groundstop.targets.channel.claims import claims_of_binary
from groundstop.targets.channel.formats import Events, TemplateFile
from groundstop.targets.channel.model import (
    BUDGET,
    OutOfPatienceError,
    RefusedError,
    load_templates,
    read_events,
    run_bundle,
)
from groundstop.targets.channel.releases import SuppliedInput, SuppliedRelease, load_release
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from groundstop.model import Release

__all__ = ["alike", "predict", "validate"]

_NO_EVENTS = Events(events=[]).build()
_NO_TYPES = TemplateFile(types=[])

# More would take the model seconds, of a campaign that samples it.
_PATIENCE = 2 * BUDGET

# Most mutations leave the template file alone: answers of as many releases and files are kept.
_TEMPLATES = 32


def validate(testcase: bytes, release: Release, tree: Path) -> Sequence[str] | None:
    """Return why `release` should not load a bundle's files, by the very checks of the gate.

    None for what is no bundle.  Events are no part of it: they are never refused.  Nor is
    the bundle's own frame, which the entry point reads as far as it goes.
    """
    parts = Parts.split(testcase)
    if parts is None:
        return None
    binary = Binary(parts._replace(events=_NO_EVENTS).join(), _NO_TYPES)
    problems = [
        *check_format(binary, binary.testcase),
        *check_supply(claims_of_binary(binary), _supplied(release, tree), str(release)),
    ]
    return [f"{problem.where}: {problem.message}" for problem in problems]


def predict(testcase: bytes, release: Release, tree: Path) -> Prediction | None:
    """Return what the specification says that `release` reports of a bundle.

    A release with a history patch is expected to keep to it as well: with what its code
    supplies, but not with its defect.  None where the model would take too long.
    """
    try:
        report = run_bundle(testcase, _supplied(release, tree), _PATIENCE)
    except OutOfPatienceError:
        return None
    return Prediction(report.data, report.stage, report.returned)


def alike(testcase: bytes, one: Release, its_tree: Path, other: Release, tree: Path) -> bool:
    """Return whether two releases must answer a bundle alike.

    Whether a channel file is accepted depends on its template file alone, and that on the
    types which it has in common with the release: so both must take the template file, or
    refuse it for the same reason, and supply the same inputs with each type of event.
    """
    parts = Parts.split(testcase)
    if parts is None:
        return True
    first, second = _file(one, its_tree), _file(other, tree)
    if _answer(parts.templates, first) != _answer(parts.templates, second):
        return False
    its, others = _read(first), _read(second)
    return all(
        _inputs(its, event.type_id) == _inputs(others, event.type_id)
        for event in read_events(parts.events, its)
    )


@lru_cache(_TEMPLATES)
def _answer(templates: bytes, release: Path) -> Status:
    try:
        load_templates(templates, _read(release))
    except RefusedError as refusal:
        return refusal.status
    return Status.OK


def _inputs(supplied: SuppliedRelease, type_id: int) -> tuple[SuppliedInput, ...] | None:
    known = supplied.find_type(type_id)
    return None if known is None else known.inputs


@cache
def _read(path: Path) -> SuppliedRelease:
    """Read a release of a tree that was built: such a tree never changes."""
    return load_release(path)


def _file(release: Release, tree: Path) -> Path:
    return tree / "releases" / f"{release.name}.toml"


def _supplied(release: Release, tree: Path) -> SuppliedRelease:
    return _read(_file(release, tree))
