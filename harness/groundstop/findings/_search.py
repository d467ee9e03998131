# SPDX-License-Identifier: Apache-2.0
"""Find stored findings: all of them, or the one that somebody names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError, TargetError
from groundstop.files import resolved
from groundstop.findings._store import FindingStore, Stored
from groundstop.target import list_targets

__all__ = ["find_finding", "list_findings", "stored_at"]

_PREFIX = re.compile(r"[0-9a-f]{1,16}")


def list_findings(project: Project, target_name: str | None = None) -> Iterator[Stored]:
    """Yield the stored findings of one target, or of all that have any, by target and id.

    Also of targets that are not registered any more.  Raises TargetError for a name that is
    neither a target's nor one of those.
    """
    root = project.state / "findings"
    names = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
    if target_name is not None:
        if target_name not in names and target_name not in list_targets(project):
            known = ", ".join(sorted({*names, *list_targets(project)})) or "none"
            raise TargetError(f"no target {target_name!r} (known: {known})")
        names = [target_name]
    for name in names:
        yield from FindingStore(project, name)


def find_finding(project: Project, text: str) -> Stored:
    """Return the finding with the id `text`, with an id that begins so, or at that path.

    Raises InputError when there is none such, or more than one.
    """
    path = Path(text)
    if stored := stored_at(project, path):
        return stored
    if _PREFIX.fullmatch(text):
        found = [stored for stored in list_findings(project) if stored.finding.id.startswith(text)]
        if len(found) == 1:
            return found[0]
        if found:
            ids = "\n".join(f"  {s.finding.id}  {s.finding.headline}" for s in found)
            raise InputError(f"{text}: begins {len(found)} findings' ids:\n{ids}")
    if text and path.exists():
        raise InputError(f"{text}: no stored finding; groundstop repro FILE says what it shows")
    raise InputError(f"{text}: no finding has this id (groundstop findings list shows them)")


def stored_at(project: Project, path: Path) -> Stored | None:
    """Return the finding whose folder `path` is, or whose input or minimized input; else None."""
    place = resolved(path)
    folder = place if place.is_dir() else place.parent
    if folder.parent.parent != resolved(project.state / "findings"):
        return None
    stored = FindingStore(project, folder.parent.name).load(folder.name)
    if stored is None:
        return None
    files = {stored.folder, stored.input, stored.minimized, stored.report}
    return stored if place in map(resolved, files) else None
