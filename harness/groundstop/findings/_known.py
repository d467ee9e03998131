# SPDX-License-Identifier: Apache-2.0
"""What a regression's sidecar is to say: what its input shows today."""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import Known
from groundstop.findings._reproduce import reproduce
from groundstop.findings._search import find_finding
from groundstop.target import Target

__all__ = ["SHOWS_NOTHING", "what_is_known"]

SHOWS_NOTHING = "Shows nothing today: say here what went wrong."


def what_is_known(project: Project, target: Target, path: Path) -> Known:
    """Run a file that is to be a regression, or a finding's folder, and return what to say of it.

    Where it shows nothing `what` is SHOWS_NOTHING.  Raises as `find_finding` and `reproduce`.
    """
    name = path.name
    if path.is_dir():
        stored = find_finding(project, str(path))
        path, name = stored.smallest, stored.finding.id
    examination = reproduce(project, path, target_name=target.name).examination
    finding, release = examination.finding, examination.variant.release
    if finding is None:
        return Known(path, name, SHOWS_NOTHING, "memory", release)
    return Known(path, name, finding.headline, finding.oracle or "memory", release)
