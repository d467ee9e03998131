# SPDX-License-Identifier: Apache-2.0
"""The working folder of one run, and the clearing away of folders whose run is dead.

A folder `runs/<target>.<random>/` under the project's state belongs to whoever holds the lock
on its file `lock`; the kernel lets go of it however the process ends.  One that is no
target's run, `runs/.<purpose>.<random>/`, has no corpus that anything could be saved into.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.campaign._keep import keep_units, repair_corpus, salvage
from groundstop.errors import ToolError
from groundstop.files import is_unit_name
from groundstop.links import plain_path

__all__ = ["RunDirectory", "clear_dead_runs"]

# A folder without a lock is one that is just being made, or whose maker was killed.
_UNLOCKED_SECONDS = 60
# Within a run's folder: the path of the corpus that its units are for.
_CORPUS = "corpus"
_UNITS = "units"


class RunDirectory:
    """A fresh working folder, locked until `remove` or the end of the process.

    `scratch` is for temporary files (TMPDIR), `units` for what is found until the run ends,
    `features` for libFuzzer's notes on it, `stats` the file that the driver's processes share.
    For work that is no run of a target give `.<purpose>` as `target`.  As a context manager it
    is removed at the end.
    """

    def __init__(self, state: Path, target: str) -> None:
        runs = state / "runs"
        try:
            runs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ToolError(
                f"{runs}: runs work in this folder, and it cannot be made: {error.strerror} "
                "(is a file in its place?)"
            ) from error
        try:
            # Its names go through a shell, and into variables that separate by colons.
            self.path = plain_path(Path(tempfile.mkdtemp(prefix=f"{target}.", dir=runs)))
            self.scratch = self.path / "tmp"
            self.stats = self.path / "stats"
            self.units = self.path / _UNITS
            self.features = self.path / "features"
            for folder in (self.scratch, self.units, self.features):
                folder.mkdir()
            # Locked before it gets its name: nobody ever sees it unlocked.
            fresh = self.path / "lock.new"
            self.lock = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self.lock, fcntl.LOCK_EX)
            fresh.rename(self.path / "lock")
        except OSError as error:
            raise ToolError(
                f"{runs}: runs work in this folder, and it cannot be written: {error.strerror}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def keep_in(self, corpus: Path) -> None:
        """Say where units go that are found in this folder once its run is dead."""
        (self.path / _CORPUS).write_text(str(corpus), encoding="utf-8")

    def remove(self) -> None:
        """Delete the folder and let go of it; units that are still in it stay for the next run."""
        if not _has_units(self.path):
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def clear_dead_runs(state: Path, evolved: Callable[[str], Path]) -> int:
    """Remove the folders of runs that ended without doing so; return how many.

    What such a run had found and not yet put into its corpus goes there first: to the folder
    that `keep_in` named, else to `evolved(target)`.  Where that cannot be written the run's
    folder stays.
    """
    cleared = 0
    for folder in sorted((state / "runs").glob("*.*")):
        with contextlib.suppress(OSError):
            lock = _take(folder)
            if lock is None:
                continue
            try:
                cleared += _clear(folder, state, evolved)
            finally:
                if lock >= 0:
                    os.close(lock)
    return cleared


def _clear(folder: Path, state: Path, evolved: Callable[[str], Path]) -> bool:
    if target := folder.name.partition(".")[0]:
        corpus = _corpus_of(folder) or evolved(target)
        # That of a run which has gone itself is nobody's.
        if not corpus.is_relative_to(state / "runs"):
            salvage(folder, folder / _UNITS)
            keep_units(folder / _UNITS, corpus)
            repair_corpus(corpus)
            if _has_units(folder):
                return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _has_units(folder: Path) -> bool:
    return any(is_unit_name(path.name) for path in (folder / _UNITS).glob("*"))


def _corpus_of(folder: Path) -> Path | None:
    with contextlib.suppress(FileNotFoundError):
        return Path((folder / _CORPUS).read_text(encoding="utf-8"))
    return None


def _take(folder: Path) -> int | None:
    """Return a held lock, -1 for a folder that never got one, None for one in use."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1 if time.time() - folder.stat().st_mtime > _UNLOCKED_SECONDS else None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
