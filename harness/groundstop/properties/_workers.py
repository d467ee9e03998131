# SPDX-License-Identifier: Apache-2.0
"""The isolated builds that the properties of this process run on."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.model import Variant
from groundstop.replay import Builds, Worker, open_worker
from groundstop.target import Target

__all__ = ["build", "table", "use", "worker"]

_open: dict[tuple[Path, str, Variant], Worker] = {}
# By project and target, as `Builds.table`; not the Builds, since a test may change its target.
_files: dict[tuple[str, str], dict[str, str]] = {}
_built: set[tuple[Path, str, Variant]] = set()


def build(target: Target, variants: Sequence[Variant], project: Project) -> None:
    """Build variants and their runners; raises as `Builds.make`, for each once in a process."""
    missing = {(project.root, target.name, variant) for variant in variants} - _built
    if missing:
        _built.update(missing)
        builds = _builds(target, project)
        builds.make([variant for _, _, variant in missing])
        _files[str(project.root), target.name] = builds.table()


def table() -> list[tuple[str, str, dict[str, str]]]:
    """Return all that `build` has built, for `use` in another process."""
    return [(root, name, files) for (root, name), files in _files.items()]


def use(known: Sequence[tuple[str, str, Mapping[str, str]]]) -> None:
    """Run the builds of another process, whatever has become of the sources since."""
    _files.update({(root, name): dict(files) for root, name, files in known})


def worker(target: Target, variant: Variant, project: Project) -> Worker:
    """Return the worker for a variant: built and opened once, closed when the process ends."""
    key = (project.root, target.name, variant)
    if key not in _open:
        if not _open:
            atexit.register(_close)
        _open[key] = open_worker(target, variant, project, builds=_builds(target, project))
    return _open[key]


def _builds(target: Target, project: Project) -> Builds:
    return Builds(target, project, _files.get((str(project.root), target.name)))


def _close() -> None:
    while _open:
        _, opened = _open.popitem()
        opened.close()
