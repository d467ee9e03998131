# SPDX-License-Identifier: Apache-2.0
"""Which files are candidates, and of which target: what a user names, what is in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError, TargetError
from groundstop.files import read_input, resolved
from groundstop.findings import Recognizer
from groundstop.gate._git import Changes
from groundstop.target import Target, is_meant, is_source, load_target, needs_of
from groundstop.words import counted

__all__ = ["Candidates", "find_candidates"]


@dataclass(slots=True)
class Candidates:
    """The files to decide on by target, and those in folders that are content of none."""

    of: dict[str, tuple[Target, list[Path]]] = field(default_factory=dict)
    skipped: list[Path] = field(default_factory=list)

    def add(self, target: Target, path: Path) -> None:
        """Add a candidate, unless it is there."""
        _, paths = self.of.setdefault(target.name, (target, []))
        if path not in paths:
            paths.append(path)

    def __len__(self) -> int:
        return sum(len(paths) for _, paths in self.of.values())


def find_candidates(
    project: Project,
    named: Sequence[Path],
    target_name: str | None = None,
    changes: Changes | None = None,
) -> Candidates:
    """Return the candidates among what a user names: files, and what is in folders.

    A file that is named is a candidate whatever it is: one that no target recognizes is
    judged as content of the target of the others, or of the project's usual one.  In a folder
    a file is one if a target recognizes it.  With `changes` these are all that is looked at
    (nothing named: all of them), and the sources that are compiled with one of them.  Raises
    TargetError where it is not clear whose content a file is, and for a folder without any;
    InputError for a file in a folder that cannot be read, where no target is the usual one.
    """
    search = _Search(project, target_name)
    if changes is not None:
        search.changed(changes, named)
        return search.found
    owners = [[] if path.is_dir() else search.takers(path) for path in named]
    known = {target.name: target for targets in owners for target in targets}
    for path, targets in zip(named, owners, strict=True):
        if path.is_dir():
            search.folder(path)
        else:
            search.file(path, targets, list(known.values()))
    return search.found


class _Search:
    def __init__(self, project: Project, target_name: str | None) -> None:
        self.found = Candidates()
        self._project = project
        self._recognizer = Recognizer(project)
        self._only = None if target_name is None else load_target(project, target_name)

    def takers(self, path: Path) -> list[Target]:
        """Return the target of a file that was named; several are none."""
        if self._only is not None:
            return [self._only]
        try:
            takers = self._recognizer.takers(path)
        except InputError:
            return []  # it is told by whoever judges it
        if len(takers) > 1:
            raise self._recognizer.unclear(path, takers)
        return takers

    def file(self, path: Path, takers: Sequence[Target], of_others: Sequence[Target]) -> None:
        """Take a file that was named; one without a target has that of the others."""
        if takers:
            target: Target | None = takers[0]
        else:
            target = of_others[0] if len(of_others) == 1 else self._recognizer.usual
        if target is None:
            read_input(path)
            raise self._recognizer.unclear(path, [])
        self.found.add(target, path)

    def folder(self, folder: Path) -> None:
        """Take what a target recognizes below a folder; raise TargetError where that is nothing."""
        before, skipped = len(self.found), len(self.found.skipped)
        for path in _files_below(folder):
            self._take_if_meant(path)
        if len(self.found) == before:
            others = len(self.found.skipped) - skipped
            what = (
                f"of its {counted(others, 'file')} none is" if others else "it has no file that is"
            )
            raise TargetError(f"{folder}: nothing to decide on: {what} content of a target")

    def changed(self, changes: Changes, named: Sequence[Path]) -> None:
        """Take what changed, and what is compiled with something that changed."""
        asked: list[Path] = []
        for path in named:
            # As git has it: without `..`, and behind the links that lead there.
            places = {Path(os.path.abspath(path)), resolved(path)}  # noqa: PTH100
            if not (path.exists() or places & set(changes.deleted)):
                raise InputError(f"{path}: cannot be read: there is no such file or folder")
            asked += places
        inside = [path for path in changes.paths if self._is_asked_for(path, asked)]
        for path in inside:
            self._take_if_meant(path)
        touched = set(changes.paths) | set(changes.deleted)
        for path in changes.others:
            if self._is_asked_for(path, asked) and self._needs(path) & touched:
                self._take_if_meant(path)

    def _is_asked_for(self, path: Path, asked: Sequence[Path]) -> bool:
        if asked:
            return any(path.is_relative_to(each) for each in asked)
        # What the gate runs candidates with are no candidates, unless somebody says so.
        return not path.is_relative_to(self._project.corpus)

    def _needs(self, path: Path) -> set[Path]:
        targets = [self._only] if self._only else self._recognizer.all()
        return {
            needed.absolute()
            for target in targets
            if is_source(target.content, path)
            for needed in needs_of(target.content, path)
        }

    def _take_if_meant(self, path: Path) -> None:
        if path.is_dir():
            # A link to a folder, or of git a submodule: nobody looks into it, and that is told.
            self.found.skipped.append(path)
            return
        try:
            targets = self._meant(path)
        except InputError:
            usual = self._only or self._recognizer.usual
            if usual is None:
                # Nobody knows whose content it is: not to be passed over.
                raise
            targets = [usual]
        if len(targets) > 1:
            raise self._recognizer.unclear(path, targets)
        if targets:
            self.found.add(targets[0], path)
        else:
            self.found.skipped.append(path)

    def _meant(self, path: Path) -> list[Target]:
        if self._only is not None:
            return [self._only] if is_meant(self._only.content, path) else []
        if targets := self._recognizer.meant(path):
            return targets
        usual = self._recognizer.usual
        # A file that was wiped out has lost what it could be recognized by.
        data = read_input(path)
        return [usual] if usual is not None and data and not any(data) else []


def _files_below(folder: Path) -> Iterable[Path]:
    """Yield the files below a folder in the order of their names; not those in hidden folders.

    A link to a folder is not followed, but yielded itself.
    """

    def fail(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for at, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(at, name).is_symlink()]
        for name in sorted([*names, *links]):
            yield Path(at, name)
