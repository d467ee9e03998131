# SPDX-License-Identifier: Apache-2.0
"""Who may change an evolved corpus: any number of campaigns at once, or one merge alone.

And what a campaign is called in its files, so that two at once have files of their own.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.files import make_folder

__all__ = ["campaign_name", "evolved_lock", "share_evolved_for_good"]


@contextmanager
def campaign_name(project: Project, wanted: str) -> Iterator[str]:
    """Yield `wanted`, or with a number behind it while campaigns that are called so run."""
    folder = project.state / "locks"
    make_folder(folder)
    for number in itertools.count(1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        lock = os.open(folder / f"{name}.campaign", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            yield name
        finally:
            os.close(lock)
        return


@contextmanager
def evolved_lock(project: Project, target_name: str, *, alone: bool) -> Iterator[None]:
    """Hold the lock on the evolved corpus of a target, `alone` or with others that are not.

    The kernel lets go of it however the process ends.  Raises CampaignError when somebody has
    it: a merge takes as long as it takes, and a campaign has no end that one could wait for.
    """
    lock = _taken(project, target_name, alone=alone)
    try:
        yield
    finally:
        os.close(lock)


def share_evolved_for_good(project: Project, target_name: str) -> None:
    """Hold the lock with others until this process, whatever it becomes, and its children end.

    Raises CampaignError as `evolved_lock` does.
    """
    os.set_inheritable(_taken(project, target_name, alone=False), True)  # noqa: FBT003  (its own)


def _taken(project: Project, target_name: str, *, alone: bool) -> int:
    folder = project.state / "locks"
    make_folder(folder)
    lock = os.open(folder / f"{target_name}.evolved", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        who = "a campaign runs, or another merge" if alone else "a merge is shrinking it"
        raise CampaignError(
            f"target {target_name}: its evolved corpus is in use ({who}): try again after that"
        ) from None
    return lock
