# SPDX-License-Identifier: Apache-2.0
"""Who may change an evolved corpus: any number of campaigns at once, or one merge alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.files import make_folder

__all__ = ["evolved_lock"]


@contextmanager
def evolved_lock(project: Project, target_name: str, *, alone: bool) -> Iterator[None]:
    """Hold the lock on the evolved corpus of a target, `alone` or with others that are not.

    The kernel lets go of it however the process ends.  Raises CampaignError when somebody has
    it: a merge takes as long as it takes, and a campaign has no end that one could wait for.
    """
    folder = project.state / "locks"
    make_folder(folder)
    with (folder / f"{target_name}.evolved").open("w") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            who = "a campaign runs, or another merge" if alone else "a merge is shrinking it"
            raise CampaignError(
                f"target {target_name}: its evolved corpus is in use ({who}): try again after that"
            ) from None
        yield
