# SPDX-License-Identifier: Apache-2.0
"""The testcases of a corpus: what its files are once the core gets them."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus._files import content_files
from groundstop.corpus._regressions import list_regressions
from groundstop.corpus._store import evolved
from groundstop.errors import InputError, TargetError
from groundstop.files import fitting_name, make_folder, read_input, write_atomically
from groundstop.model import Release
from groundstop.target import Target


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of a corpus.

    `kind` is `seed`, `regression` or `evolved`; `name` is unique within the target's
    corpus; `path` is the file as it lies there, `data` the testcase that the core gets;
    `release` is set for a regression: where it once showed.
    """

    kind: str
    name: str
    path: Path
    data: bytes
    release: Release | None = None


def testcase(target: Target, path: Path) -> bytes:
    """Return what the core gets for a file.

    Raises SourceError for a text source that does not compile, InputError for a file that
    cannot be read.
    """
    # A toolchain is a user's code, and would wait for ever for what a pipe has to say.
    read_input(path)
    return target.content.testcase(path)


def entries(target: Target, project: Project) -> Iterator[Entry]:
    """Yield the whole corpus: seeds, regressions, evolved; each in the order of names.

    Raises SourceError for the first source that does not compile.
    """
    root = project.corpus_of(target.name)
    for path in content_files(root / "seeds"):
        name = str(path.relative_to(root))
        yield Entry("seed", name, path, testcase(target, path))
    for known in list_regressions(target.name, project):
        name = str(known.path.relative_to(root))
        data = testcase(target, known.path)
        yield Entry("regression", name, known.path, data, known.release)
    for path in evolved(target, project):
        yield Entry("evolved", str(path.relative_to(root)), path, read_input(path))


def seeds(target: Target, project: Project) -> dict[str, bytes]:
    """Return the testcase of every seed, by its path below `seeds`; raises as `entries` does."""
    folder = project.corpus_of(target.name) / "seeds"
    return {str(p.relative_to(folder)): testcase(target, p) for p in content_files(folder)}


def regressions(target: Target, project: Project) -> dict[str, bytes]:
    """Return the testcase of every regression, by its name; raises as `entries` does."""
    found = list_regressions(target.name, project)
    return {known.name: testcase(target, known.path) for known in found}


def require_corpus(target: Target, project: Project) -> None:
    """Raise TargetError unless the target's corpus is there and has a seed.

    For whoever would else take an empty corpus for one that passes.  A target that never
    failed needs no regressions.
    """
    folder = project.corpus_of(target.name)
    seeds_folder = folder / "seeds"
    if not folder.is_dir():
        wrong = f"its corpus {project.relative(folder)} is not there: make it, with a folder seeds,"
        wrong += " and"
    elif not seeds_folder.is_dir():
        wrong = f"its corpus has no folder {project.relative(seeds_folder)}: make it, and"
    elif not any(content_files(seeds_folder)):
        wrong = f"{project.relative(seeds_folder)} has no seed:"
    else:
        return
    raise TargetError(
        f"target {target.name!r}: {wrong} put at least one input there, as "
        f"`groundstop corpus add --target {target.name} FILE` does "
        "(or correct `corpus` in [tool.groundstop] of pyproject.toml)"
    )


def compiled_seeds(target: Target, project: Project) -> Path:
    """Return a folder with the testcase of every seed as a file, for fuzzers to read.

    The folder is `seeds/<target>` under the project's state; the files are named by their
    seed and content.  Always compiled anew (a text may depend on other files), but what
    did not change is not written, and what has no seed any more is removed.  Two processes
    may do so at once.  Raises as `entries` does.
    """
    wanted = {
        fitting_name(Path(name).stem, f"-{hashlib.sha256(data).hexdigest()[:16]}", plain=True): data
        for name, data in seeds(target, project).items()
    }
    store = project.state / "seeds"
    folder = store / target.name
    make_folder(folder)
    try:
        _fill(folder, store / f".{target.name}.lock", wanted)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    return folder


def _fill(folder: Path, lock_file: Path, wanted: Mapping[str, bytes]) -> None:
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name, data in wanted.items():
            if not (folder / name).exists():
                write_atomically(folder / name, data)
        for path in folder.iterdir():
            # Nobody writes here without the lock: what is unknown is left over.
            if path.name not in wanted:
                path.unlink()
