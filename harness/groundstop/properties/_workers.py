# SPDX-License-Identifier: Apache-2.0
"""The isolated builds that the properties of this process run on."""

from __future__ import annotations

import atexit
from pathlib import Path

from groundstop.config import Project
from groundstop.model import Variant
from groundstop.replay import Worker, open_worker
from groundstop.target import Target

__all__ = ["worker"]

_open: dict[tuple[Path, str, Variant], Worker] = {}


def worker(target: Target, variant: Variant, project: Project) -> Worker:
    """Return the worker for a variant: built and opened once, closed when the process ends."""
    key = (project.root, target.name, variant)
    if key not in _open:
        if not _open:
            atexit.register(_close)
        _open[key] = open_worker(target, variant, project)
    return _open[key]


def _close() -> None:
    while _open:
        _, opened = _open.popitem()
        opened.close()
