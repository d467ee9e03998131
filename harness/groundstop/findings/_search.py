# SPDX-License-Identifier: Apache-2.0
"""Find stored findings: all of them, or the one that somebody names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import DamagedFindingError, InputError, TargetError
from groundstop.files import resolved
from groundstop.findings._store import STORED_FILES, FindingStore, Stored
from groundstop.target import list_targets

__all__ = ["find_finding", "input_named", "list_findings", "stored_at"]

_PREFIX = re.compile(r"[0-9a-f]{1,16}")


def list_findings(
    project: Project, target_name: str | None = None
) -> Iterator[Stored | DamagedFindingError]:
    """Yield the stored findings of one target, or of all that have any, by target and id.

    For a damaged one that is the error that says so.  Also of targets that are not registered
    any more.  Raises TargetError for a name that is neither a target's nor one of those.
    """
    root = project.state / "findings"
    try:
        names = sorted(path.name for path in root.iterdir())
    except FileNotFoundError:
        names = []
    except OSError as error:
        raise InputError(f"{root}: cannot be read: {error.strerror}") from error
    if target_name is not None:
        if target_name not in names and target_name not in list_targets(project):
            known = ", ".join(sorted({*names, *list_targets(project)})) or "none"
            raise TargetError(f"no target {target_name!r} (known: {known})")
        names = [target_name]
    for name in names:
        yield from FindingStore(project, name).entries()


def find_finding(project: Project, text: str) -> Stored:
    """Return the finding with the id `text`, with an id that begins so, or at that path.

    A path may be one from the project's root.  Raises InputError when there is none such, or
    more than one, and DamagedFindingError for one that is not as it was written.
    """
    path = input_named(project, Path(text))
    # Whatever else is called so: an id is what is most likely meant.
    if stored := stored_at(project, path):
        return stored
    if found := _by_id(project, text):
        if isinstance(found, DamagedFindingError):
            raise found
        return found
    stored_by_build = resolved(path).parent.parent == resolved(project.state / "findings")
    if text and path.is_dir() and stored_by_build and not _PREFIX.fullmatch(resolved(path).name):
        raise InputError(
            f"{text}: no finding, but inputs as campaigns stored them, in a folder named by the "
            "build; the findings are in the folders named by ids"
        )
    if text and path.exists():
        raise InputError(f"{text}: no stored finding; groundstop repro FILE says what it shows")
    raise InputError(f"{text}: no finding has this id (groundstop findings list shows them)")


def input_named(project: Project, path: Path) -> Path:
    """Return the file or folder that a user names, wherever in the project that user stands.

    It is the path as given, else from the project's root, as paths are printed; else the
    folder of the finding with that id, or with the only id that begins so.  A path that is
    none of these comes back as it is.  Raises InputError for the beginning of several ids.
    """
    for place in (path, project.root / path):
        if os.path.lexists(place):
            return place
    found = _by_id(project, str(path))
    return found.folder if found else path


def _by_id(project: Project, text: str) -> Stored | DamagedFindingError | None:
    if not _PREFIX.fullmatch(text):
        return None
    found = [each for each in list_findings(project) if each.folder.name.startswith(text)]
    if len(found) > 1:
        ids = "\n".join(
            f"  {each.folder.name}  "
            + (f"damaged: {each.why}" if isinstance(each, Exception) else each.finding.headline)
            for each in found
        )
        raise InputError(f"{text}: begins {len(found)} findings' ids:\n{ids}")
    return found[0] if found else None


def stored_at(project: Project, path: Path) -> Stored | None:
    """Return the finding whose folder `path` is, or whose file; else None.

    Its files are the input, what was minimized, the report and finding.json.  Raises
    DamagedFindingError for one that is not as it was written.
    """
    for place in dict.fromkeys((path.absolute(), resolved(path))):
        for folder in (place, place.parent):
            if resolved(folder.parent.parent) != resolved(project.state / "findings"):
                continue
            if folder != place and place.name not in STORED_FILES:
                continue
            if stored := FindingStore(project, folder.parent.name).load(folder.name):
                return stored
    return None
