# SPDX-License-Identifier: Apache-2.0
"""What a regression's sidecar is to say: the finding that is kept, or what its input shows."""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import Known
from groundstop.findings._reproduce import reproduce
from groundstop.findings._search import find_finding, stored_at
from groundstop.target import Target

__all__ = ["SHOWS_NOTHING", "what_is_known"]

SHOWS_NOTHING = "Shows nothing today: say here what went wrong."


def what_is_known(project: Project, target: Target, path: Path) -> Known:
    """Return what to say of a file that is to be a regression, or of a finding's folder.

    Of an input in a stored finding's folder that is what was kept, whatever it shows today: it
    may be fixed, or show more.  Any other file is run; where it shows nothing `what` is
    SHOWS_NOTHING.  Raises as `find_finding` and `reproduce`.
    """
    if path.is_dir():
        path = find_finding(project, str(path)).smallest
    stored = stored_at(project, path)
    name = stored.finding.id if stored else path.name
    if stored and path.name == stored.report.name:
        path = stored.smallest
    if stored and stored.finding.target == target.name:
        finding, release = stored.finding, stored.finding.variant.release
    else:
        examination = reproduce(project, path, target_name=target.name).examination
        release = examination.variant.release
        if examination.finding is None:
            return Known(path, name, SHOWS_NOTHING, "memory", release)
        finding = examination.finding
    said = finding.relative_to(project.root).headline
    return Known(path, name, said, finding.oracle or "memory", release)
