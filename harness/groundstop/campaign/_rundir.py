# SPDX-License-Identifier: Apache-2.0
"""The working folder of one run, and the clearing away of folders whose run is dead.

A folder `runs/<target>.<random>/` under the project's state belongs to whoever holds the lock
on its file `lock`; the kernel lets go of it however the process ends.  One that is no
target's run, `runs/.<purpose>.<random>/`, has no corpus that anything could be saved into.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.errors import ToolError
from groundstop.files import is_unit_name, unit_name

__all__ = ["RunDirectory", "clear_dead_runs", "repair_corpus", "salvage"]

# A folder without a lock is one that is just being made, or whose maker was killed.
_UNLOCKED_SECONDS = 60
# Within a run's folder: the path of the corpus that its units are for.
_CORPUS = "corpus"
_FORK_CORPUS = "tmp/libFuzzerTemp.FuzzWithFork*.dir/C*/*"


class RunDirectory:
    """A fresh working folder, locked until `remove` or the end of the process.

    `scratch` is for temporary files (TMPDIR), `features` for libFuzzer's notes on its units,
    `stats` the file that the driver's processes share.  For work that is no run of a target
    give `.<purpose>` as `target`.  As a context manager it is removed at the end.
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
        self.path = Path(tempfile.mkdtemp(prefix=f"{target}.", dir=runs))
        self.scratch = self.path / "tmp"
        self.stats = self.path / "stats"
        self.features = self.path / "features"
        self.scratch.mkdir()
        self.features.mkdir()
        # Locked before it gets its name: nobody ever sees it unlocked.
        fresh = self.path / "lock.new"
        self.lock = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        fresh.rename(self.path / "lock")

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
        """Delete the folder and let go of it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def clear_dead_runs(state: Path, evolved: Callable[[str], Path]) -> int:
    """Remove the folders of runs that ended without doing so; return how many.

    What such a run had found and not yet put into its corpus goes there first: to the folder
    that `keep_in` named, else to `evolved(target)`.
    """
    cleared = 0
    for folder in sorted((state / "runs").glob("*.*")):
        with contextlib.suppress(OSError):
            lock = _take(folder)
            if lock is None:
                continue
            if target := folder.name.partition(".")[0]:
                corpus = _corpus_of(folder) or evolved(target)
                salvage(folder, corpus)
                repair_corpus(corpus)
            shutil.rmtree(folder, ignore_errors=True)
            cleared += 1
            if lock >= 0:
                os.close(lock)
    return cleared


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


def salvage(run: Path, corpus: Path) -> int:
    """Copy units that fork mode's jobs have found, and not yet merged, into `corpus`."""
    saved = 0
    # Not Path.glob, which raises where a folder goes meanwhile: its owner clears up, too.
    for found in glob.iglob(_FORK_CORPUS, root_dir=run):  # noqa: PTH207
        unit = run / found
        with contextlib.suppress(OSError):
            content = unit.read_bytes()
            # A name that is not the content's hash: the job was killed while writing.
            if unit.name == unit_name(content) and not (corpus / unit.name).exists():
                corpus.mkdir(parents=True, exist_ok=True)
                fresh = corpus / f".new-{unit.name}"
                fresh.write_bytes(content)
                fresh.rename(corpus / unit.name)
                saved += 1
    return saved


def repair_corpus(corpus: Path) -> int:
    """Rename units that a killed process wrote only in part to what they are; count them.

    libFuzzer names a unit by the SHA-1 of its content and writes it in place.
    """
    repaired = 0
    for unit in list(corpus.glob("*")):
        if unit.name.startswith(".new-"):
            unit.unlink(missing_ok=True)
        elif is_unit_name(unit.name):
            name = unit_name(unit.read_bytes())
            if name != unit.name:
                unit.rename(corpus / name)
                repaired += 1
    return repaired
