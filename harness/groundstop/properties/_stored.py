# SPDX-License-Identifier: Apache-2.0
"""The stored inputs of properties: as regression tests, and reproduced for people."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import Regression, find_property_input, list_property_inputs
from groundstop.errors import InputError
from groundstop.files import read_input, resolved
from groundstop.findings import Examination, FindingStore, Reproduction
from groundstop.model import Outcome, Release, Sanitizer, Stage, Variant
from groundstop.properties._property import Property, load_property
from groundstop.properties._run import finding_kind, run_property
from groundstop.target import list_targets
from groundstop.words import shell_line

__all__ = ["StoredInput", "find_stored", "reproduce_stored", "stored"]


@dataclass(frozen=True, slots=True)
class StoredInput:
    """An input that a property failed on.

    `node` is the property, `release` where it failed, `what` what is known of it.
    """

    project: Project
    target_name: str
    path: Path
    node: str
    release: Release
    what: str

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.name[:12]}"

    @property
    def property(self) -> Property:
        """The property; raises as `load_property`."""
        return _load(self.node, self.project.root)

    def run(self) -> None:
        """Run the input through its property as that is declared today.

        Raises AssertionError when it fails, InputError when there is no such property any
        more, or when the bytes stand for no example of it.
        """
        failure = run_property(self.property, read_input(self.path), None)
        if failure is not None:
            raise AssertionError(f"{self.node} fails again\n{failure.report}") from failure.error


def stored(target_name: str, project: Project) -> list[StoredInput]:
    """Return all stored inputs of a target's properties, by path.

    Raises SourceError for an input without a sidecar, and for a sidecar that cannot be read.
    """
    known = list_property_inputs(target_name, project)
    return [_of_regression(regression, target_name, project) for regression in known]


def find_stored(project: Project, path: Path) -> StoredInput | None:
    """Return the stored input that `path` is: in the corpus, or in a finding's folder.

    None for any other file.  Raises as `find_property_input`.
    """
    for name in list_targets(project):
        if regression := find_property_input(name, project, path):
            return _of_regression(regression, name, project)
        place = resolved(path)
        folder = place if place.is_dir() else place.parent
        store = FindingStore(project, name)
        known = store.load(folder.name) if folder.parent == resolved(store.folder) else None
        if known and known.finding.kind.startswith(finding_kind("")):
            finding = known.finding
            node = finding.kind.removeprefix(finding_kind(""))
            release = finding.variant.release
            return StoredInput(project, name, known.input, node, release, finding.detail)
    return None


def reproduce_stored(
    found: StoredInput, release: Release | None = None, sanitizer: Sanitizer | None = None
) -> Reproduction:
    """Run a stored input where it failed, or where it is asked for; raises as `run_property`."""
    data = read_input(found.path)
    prop = found.property
    used = release or found.release
    failure = run_property(prop, data, used, sanitizer)
    variant = failure.finding.variant if failure else Variant(used, sanitizer or Sanitizer.ADDRESS)
    words = ["groundstop", "repro", found.project.relative(found.path)]
    if release is not None and release != found.release:
        words += ["--release", str(release)]
    if sanitizer is not None:
        words += ["--sanitizer", str(sanitizer)]
    return Reproduction(
        path=found.path,
        target=found.target_name,
        testcase=data,
        # A property runs the core as often as it likes; none of its outcomes is the one.
        examination=Examination(
            variant,
            Outcome(returned=0, stage=Stage.NONE),
            failure.finding if failure else None,
            failure.report if failure else "",
        ),
        content="",
        words=found.what.partition("\n")[0],
        steps=(f"{found.node} passes",),
        command=shell_line(words),
    )


def _of_regression(regression: Regression, target_name: str, project: Project) -> StoredInput:
    if "::" not in regression.oracle:
        raise InputError(
            f"{regression.sidecar}: oracle = {regression.oracle!r} names no property: write "
            "FILE::TEST, the file as seen from the project's root"
        )
    return StoredInput(
        project,
        target_name,
        regression.path,
        regression.oracle,
        regression.release,
        regression.what,
    )


@functools.cache
def _load(node: str, root: Path) -> Property:
    return load_property(node, root)
