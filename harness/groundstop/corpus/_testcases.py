# SPDX-License-Identifier: Apache-2.0
"""The testcases of a corpus: what its files are once the core gets them."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus._regressions import list_regressions
from groundstop.corpus._store import evolved
from groundstop.files import read_input, write_atomically
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

    A file goes through the target's content toolchain, if it has one; else its bytes are
    the testcase.  Raises SourceError for a text source that does not compile, InputError
    for a file that cannot be read.
    """
    return target.content.testcase(path) if target.content else read_input(path)


def entries(target: Target, project: Project) -> Iterator[Entry]:
    """Yield the whole corpus: seeds, regressions, evolved; each in the order of names.

    Raises SourceError for the first source that does not compile.
    """
    root = project.corpus_of(target.name)
    for path in _seed_files(root / "seeds"):
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
    return {str(p.relative_to(folder)): testcase(target, p) for p in _seed_files(folder)}


def regressions(target: Target, project: Project) -> dict[str, bytes]:
    """Return the testcase of every regression, by its name; raises as `entries` does."""
    found = list_regressions(target.name, project)
    return {known.name: testcase(target, known.path) for known in found}


def compiled_seeds(target: Target, project: Project) -> Path:
    """Return a folder with the testcase of every seed as a file, for fuzzers to read.

    The folder is `seeds/<target>` under the project's state; the files are named by their
    seed and content.  Always compiled anew (a text may depend on other files), but what
    did not change is not written, and what has no seed any more is removed.  Two processes
    may do so at once.  Raises as `entries` does.
    """
    wanted = {
        f"{Path(name).stem}-{hashlib.sha256(data).hexdigest()[:16]}": data
        for name, data in seeds(target, project).items()
    }
    store = project.state / "seeds"
    folder = store / target.name
    folder.mkdir(parents=True, exist_ok=True)
    with (store / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name, data in wanted.items():
            if not (folder / name).exists():
                write_atomically(folder / name, data)
        for path in folder.iterdir():
            # Nobody writes here without the lock: what is unknown is left over.
            if path.name not in wanted:
                path.unlink()
    return folder


def _seed_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # What explains the seeds is none.
        if path.is_file() and not path.name.startswith((".", "README")):
            yield path
