# SPDX-License-Identifier: Apache-2.0
"""How what a run has found gets into a corpus: only whole files, and all of them.

libFuzzer writes units into the run's own folder, in place, and does not say where it failed.
A unit is named by the SHA-1 of its content, which tells.
"""

from __future__ import annotations

import contextlib
import glob
import os
import time
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import CampaignError, InputError
from groundstop.files import is_unit_name, read_input, unit_name, write_atomically

__all__ = ["Kept", "keep_units", "repair_corpus", "salvage", "try_folder"]

# Where fork mode's jobs have their units, in a run's folder.
_FORK_CORPUS = "tmp/libFuzzerTemp.FuzzWithFork*.dir/C*/*"
# A disk that is nearly full still has room for a few bytes.
_PROBE = bytes(range(256)) * 256
# Nobody takes so long between writing a file and giving it its name.
_ABANDONED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a run's units.

    `new` have been added to the corpus.  `cut` are lost: they were written only in part.
    `failure` says why others could not be added; they stay where they are.
    """

    new: int = 0
    cut: int = 0
    failure: str = ""


def try_folder(folder: Path, what: str) -> None:
    """Write a file into a folder, read it back and remove it; raise CampaignError if that fails.

    `what` says what goes there.
    """
    probe = folder / f".probe-{os.getpid()}"
    try:
        try:
            probe.write_bytes(_PROBE)
            is_same = probe.read_bytes() == _PROBE
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise CampaignError(
            f"{folder}: {what} go to this folder, and it cannot be written: {error.strerror}"
        ) from error
    if not is_same:
        raise CampaignError(f"{folder}: {what} go to this folder, and it does not keep them")


def keep_units(units: Path, corpus: Path) -> Kept:
    """Move the units of a run into a corpus, those that are cut away.

    What could not be moved stays in `units`, for whoever tries again.
    """
    new = cut = 0
    failure = ""
    for unit in sorted(units.glob("*")):
        if not is_unit_name(unit.name):
            continue
        try:
            data = read_input(unit)
            if unit_name(data) != unit.name:
                cut += 1
            elif not (corpus / unit.name).exists():
                corpus.mkdir(parents=True, exist_ok=True)
                write_atomically(corpus / unit.name, data)
                new += 1
            unit.unlink(missing_ok=True)
        except InputError as error:
            failure = failure or str(error)
        except OSError as error:
            failure = failure or f"{error.filename}: {error.strerror}"
    return Kept(new, cut, failure)


def salvage(run: Path, units: Path) -> int:
    """Copy units that fork mode's jobs have found, and not yet merged, to those of the run."""
    saved = 0
    # Not Path.glob, which raises where a folder goes meanwhile: its owner clears up, too.
    for found in glob.iglob(_FORK_CORPUS, root_dir=run):  # noqa: PTH207
        unit = run / found
        with contextlib.suppress(OSError, InputError):
            content = unit.read_bytes()
            # A name that is not the content's hash: the job was killed while writing.
            if unit.name == unit_name(content) and not (units / unit.name).exists():
                units.mkdir(exist_ok=True)
                write_atomically(units / unit.name, content)
                saved += 1
    return saved


def repair_corpus(corpus: Path) -> int:
    """Put right what a killed process wrote straight to a corpus; return how much.

    An entry script that somebody starts by hand does so.  A unit that was written in part gets
    the name of what it is; of an empty one nothing is left.
    """
    repaired = 0
    for unit in list(corpus.glob("*")):
        with contextlib.suppress(FileNotFoundError):
            if unit.name.startswith(".new-"):
                if time.time() - unit.stat().st_mtime > _ABANDONED_SECONDS:
                    unit.unlink()
            elif is_unit_name(unit.name):
                data = unit.read_bytes()
                name = unit_name(data)
                if name == unit.name:
                    continue
                if data:
                    unit.rename(corpus / name)
                else:
                    unit.unlink()
                repaired += 1
    return repaired
