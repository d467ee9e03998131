# SPDX-License-Identifier: Apache-2.0
"""Find out what a file is an input of: which target, which variant."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from groundstop.artifacts import variant_of_folder
from groundstop.config import Project
from groundstop.corpus import find_regression
from groundstop.errors import GroundstopError, TargetError
from groundstop.files import read_input, resolved
from groundstop.findings._search import stored_at
from groundstop.findings._store import FindingStore
from groundstop.model import Variant
from groundstop.target import DeclaredContent, Target, is_source, list_targets, load_target

__all__ = ["find_target", "known_variant", "known_words"]


def find_target(project: Project, path: Path, name: str | None = None) -> Target:
    """Return the target `name`, or without a name the one that `path` belongs to.

    A file below corpus/<target> or .groundstop/{findings,seeds}/<target> belongs to that
    target; any other to the one target whose content toolchain takes it: by its suffix for
    text, by its content for binary; else to the project's default, or only one, if that brings
    no content toolchain of its own: every file is its testcase.  Raises TargetError when that
    is none or several.
    """
    if name is not None:
        return load_target(project, name)
    known = list_targets(project)
    owner = _owner(project, path)
    if owner in known:
        return load_target(project, owner)
    # An absolute path is a harness's; the others are of packages that are installed.
    mine = [each for each, at in known.items() if each in project.targets or at.startswith("/")]
    usual = project.default or (mine[0] if len(mine) == 1 else None)
    takers: list[Target] = []
    otherwise: Target | None = None
    broken: list[str] = []
    for candidate in known:
        try:
            target = load_target(project, candidate)
        except TargetError as error:
            broken.append(str(error))
            continue
        if _takes(target, path):
            takers.append(target)
        elif isinstance(target.content, DeclaredContent) and candidate == usual:
            otherwise = target
    if len(takers) == 1:
        return takers[0]
    if not takers and otherwise is not None:
        return otherwise
    names = ", ".join(target.name for target in takers)
    why = f"it fits the targets {names}" if takers else "no target recognizes it"
    raise TargetError("\n".join([f"{path}: {why}; name one with --target", *broken]))


def _owner(project: Project, path: Path) -> str:
    path = resolved(path)
    roots = (project.corpus, project.state / "findings", project.state / "seeds")
    for root in map(resolved, roots):
        if path.is_relative_to(root) and path != root:
            return path.relative_to(root).parts[0]
    return ""


def _takes(target: Target, path: Path) -> bool:
    content = target.content
    return is_source(content, path) or content.recognizes(read_input(path))


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
