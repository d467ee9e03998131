# SPDX-License-Identifier: Apache-2.0
"""Turn a target's hand-made seeds into files that the fuzzer reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from groundstop.config import Project
from groundstop.files import read_input, write_atomically
from groundstop.target import Target

__all__ = ["corpus_folders", "refresh_seeds"]


def refresh_seeds(target: Target, project: Project) -> Path:
    """Compile the target's seeds into `seeds/<target>/` under the state; return that folder.

    Text sources go through the content toolchain, everything else is taken as it is.  A
    file is named by its source and content: what did not change is not written, what has
    no source any more is removed.  Raises SourceError for a seed that does not compile.
    """
    folder = project.state / "seeds" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    wanted: set[str] = set()
    for source in _sources(project.corpus_of(target.name) / "seeds"):
        content = target.content.testcase(source) if target.content else read_input(source)
        name = f"{source.stem}-{hashlib.sha256(content).hexdigest()[:16]}"
        wanted.add(name)
        if not (folder / name).exists():
            write_atomically(folder / name, content)
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink(missing_ok=True)
    return folder


def corpus_folders(target: Target, project: Project) -> tuple[Path, ...]:
    """Return the folders that a campaign starts from; new units go to the first."""
    evolved = project.corpus_of(target.name) / "evolved"
    evolved.mkdir(parents=True, exist_ok=True)
    return (evolved, refresh_seeds(target, project))


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path
