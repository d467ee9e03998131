# SPDX-License-Identifier: Apache-2.0
"""Find out what a file is an input of: which target, which variant."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from groundstop.artifacts import variant_of_folder
from groundstop.config import Project
from groundstop.corpus import find_regression
from groundstop.errors import GroundstopError, TargetError
from groundstop.files import read_input, resolved
from groundstop.findings._search import stored_at
from groundstop.findings._store import FindingStore
from groundstop.model import Variant
from groundstop.target import (
    DeclaredContent,
    Target,
    is_meant,
    is_named,
    list_targets,
    load_target,
)

__all__ = ["Recognizer", "find_target", "known_variant", "known_words"]


class Recognizer:
    """Knows the targets of a project, and so whose content a file is."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known = list_targets(project)
        self._broken: list[str] = []
        # An absolute path is a harness's; the others are of packages that are installed.
        known = self._known.items()
        mine = [name for name, at in known if name in project.targets or at.startswith("/")]
        self._usual = project.default or (mine[0] if len(mine) == 1 else "")

    @cached_property
    def _targets(self) -> dict[str, Target]:
        found = {}
        for name in self._known:
            try:
                found[name] = load_target(self._project, name)
            except TargetError as error:
                self._broken.append(str(error))
        return found

    @property
    def usual(self) -> Target | None:
        """The target that is meant where nothing says another: the default, or the only one."""
        return self._targets.get(self._usual)

    def find(self, path: Path) -> Target:
        """Return the target that `path` belongs to; raises as `find_target`."""
        owner = _owner(self._project, path)
        if owner in self._known:
            return load_target(self._project, owner)
        takers = self.takers(path)
        if len(takers) == 1:
            return takers[0]
        usual = self.usual
        if not takers and usual is not None and isinstance(usual.content, DeclaredContent):
            return usual
        raise self.unclear(path, takers)

    def takers(self, path: Path) -> list[Target]:
        """Return the targets whose content toolchain takes a file; raises InputError."""
        return [each for each in self._targets.values() if _takes(each, path)]

    def all(self) -> list[Target]:
        """Return the targets that can be used."""
        return list(self._targets.values())

    def meant(self, path: Path) -> list[Target]:
        """Return the targets as whose content a file is meant that nobody named."""
        return [each for each in self._targets.values() if is_meant(each.content, path)]

    def unclear(self, path: Path, takers: Sequence[Target]) -> TargetError:
        """Return (for raising) that a file has several targets, or none."""
        names = ", ".join(target.name for target in takers)
        why = f"it fits the targets {names}" if takers else "no target recognizes it"
        return TargetError("\n".join([f"{path}: {why}; name one with --target", *self._broken]))


def find_target(project: Project, path: Path, name: str | None = None) -> Target:
    """Return the target `name`, or without a name the one that `path` belongs to.

    A file below corpus/<target> or .groundstop/{findings,seeds}/<target> belongs to that
    target; any other to the one target whose content toolchain takes it: by its suffix, or for
    binary by its content; else to the project's default, or only one, if that brings
    no content toolchain of its own: every file is its testcase.  Raises TargetError when that
    is none or several.
    """
    return load_target(project, name) if name is not None else Recognizer(project).find(path)


def _owner(project: Project, path: Path) -> str:
    path = resolved(path)
    roots = (project.corpus, project.state / "findings", project.state / "seeds")
    for root in map(resolved, roots):
        if path.is_relative_to(root) and path != root:
            return path.relative_to(root).parts[0]
    return ""


def _takes(target: Target, path: Path) -> bool:
    content = target.content
    return is_named(content, path) or content.recognizes(read_input(path))


def known_variant(project: Project, target: Target, path: Path) -> Variant | None:
    """Return on what `path` is known to show its finding: from what lies beside it."""
    place = resolved(path)
    if stored := stored_at(project, place):
        return stored.finding.variant
    if regression := find_regression(target.name, project, place):
        return Variant(regression.release)
    if place.parent.parent == resolved(FindingStore(project, target.name).folder):
        # Where a campaign on a variant stores its artifacts.
        return variant_of_folder(place.parent)
    return None


def known_words(project: Project, target: Target, path: Path) -> str:
    """Return what a regression's sidecar says went wrong; empty for any other file."""
    with suppress(GroundstopError):
        if regression := find_regression(target.name, project, path):
            return regression.what
    return ""
