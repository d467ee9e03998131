# SPDX-License-Identifier: Apache-2.0
"""A recipe: everything that goes into one build, and the key that names it."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import ToolError


@dataclass(frozen=True)
class Recipe:
    """What to compile, and from what.

    `name` is for messages and file names.  `sources` are C files relative to `root`;
    `headers` are glob patterns, relative to `root`, of every other file that matters;
    hidden files and folders are left out, they hold caches (this project's builds, too).
    Both are copied, `patch` (a unified diff with paths a/… b/… relative to `root`) is
    applied to the copy, and `generate`, called with the copy's folder, returns further
    files to put in it (relative path to text).  `include` are folders outside the tree
    that are searched for headers.  `instrument` adds libFuzzer's coverage callbacks.
    """

    name: str
    root: Path
    sources: tuple[str, ...]
    headers: tuple[str, ...] = ()
    include: tuple[Path, ...] = ()
    cflags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    patch: Path | None = None
    generate: Callable[[Path], Mapping[str, str]] | None = None
    instrument: bool = True

    def materialize(self, tree: Path) -> None:
        """Make the folder `tree` hold exactly what will be compiled."""
        found = {Path(source) for source in self.sources if (self.root / source).exists()}
        for pattern in self.headers:
            found.update(path for path in self._matching(pattern) if (self.root / path).is_file())
        for relative in sorted(found):
            copy = tree / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(self.root / relative, copy)
            except OSError as error:
                raise ToolError(
                    f"{self.root / relative}: cannot be read to build {self.name}: {error.strerror}"
                ) from error
        if self.patch:
            _apply(self.patch, tree)
        if self.generate:
            for name, text in self.generate(tree).items():
                (tree / name).write_text(text, encoding="utf-8")
        for source in self.sources:
            # Not before: a source may be generated, or put there by the patch.
            if not (tree / source).is_file():
                raise ToolError(f"{self.root / source}: no such file, {self.name} needs it")

    def key(self, tree: Path, command_words: tuple[str, ...]) -> str:
        """Return the hash of all that goes in: the finished tree, files outside it, flags.

        Raises ToolError for a file that cannot be read.
        """
        files = [(path.relative_to(tree), path) for path in tree.rglob("*") if path.is_file()]
        for folder in self.include:
            files += ((path.relative_to(folder), path) for path in _visible_files(folder))
        # Relative words are relative to the tree: the compiler runs there.
        named = (tree / word for word in (*self.cflags, *self.ldflags))
        # (not Path.is_file, which raises for a word that is too long to be a file name)
        files += ((path, path) for path in named if os.path.isfile(path))  # noqa: PTH113
        digest = hashlib.sha256()
        for name, path in sorted(files):
            try:
                content = path.read_bytes()
            except OSError as error:
                raise ToolError(
                    f"{path}: cannot be read to build {self.name}: {error.strerror}"
                ) from error
            digest.update(os.fsencode(name) + f"\0{len(content)}\0".encode())
            digest.update(content)
        digest.update(os.fsencode("\0".join(command_words)))
        return digest.hexdigest()[:20]

    def _matching(self, pattern: str) -> Iterator[Path]:
        # Not Path.glob: it goes into hidden folders, and fails when another process that
        # builds removes one meanwhile.
        for name in glob.glob(pattern, root_dir=self.root, recursive=True):  # noqa: PTH207
            path = Path(name)
            if not any(part.startswith(".") for part in path.parts):
                yield path


def _visible_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(parent, name) for name in names if not name.startswith("."))
        yield from (path for path in paths if path.is_file())


def _apply(patch: Path, tree: Path) -> None:
    if not patch.is_file():
        raise ToolError(f"{patch}: no such history patch")
    # A process of its own: the library changes the working directory while it works, and
    # other threads build at the same time.
    command = [sys.executable, "-m", "patch_ng", "--quiet", "--strip=1"]
    run = subprocess.run(
        [*command, f"--directory={tree}", str(patch.absolute())],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise ToolError(
            f"{patch}: does not apply: bring the history patch up to date with the sources\n"
            f"{run.stderr.rstrip()}"
        )
