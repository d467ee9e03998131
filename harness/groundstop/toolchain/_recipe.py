# SPDX-License-Identifier: Apache-2.0
"""A recipe: everything that goes into one build, and the key that names it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import ToolError


@dataclass(frozen=True)
class Recipe:
    """What to compile, and from what.

    `name` is for messages and file names.  `sources` are C files relative to `root`;
    `headers` are glob patterns, relative to `root`, of every other file that matters.
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
            found.update(p.relative_to(self.root) for p in self.root.glob(pattern) if p.is_file())
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
        """Return the hash of all that goes in: the finished tree, headers outside it, flags."""
        digest = hashlib.sha256()
        for folder, pattern in ((tree, "*"), *((folder, "*.h") for folder in self.include)):
            for path in sorted(p for p in folder.rglob(pattern) if p.is_file()):
                content = path.read_bytes()
                digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
                digest.update(content)
        digest.update("\0".join(command_words).encode())
        return digest.hexdigest()[:20]


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
