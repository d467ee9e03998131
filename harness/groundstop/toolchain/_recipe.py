# SPDX-License-Identifier: Apache-2.0
"""A recipe: everything that goes into one build."""

from __future__ import annotations

import glob
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.errors import ToolError
from groundstop.toolchain._flags import CPLUSPLUS


@dataclass(frozen=True)
class Recipe:
    """What to compile, and from what.

    `name` is for messages and file names.  `sources` are C or C++ files relative to `root`,
    compiled where they are; relative words of the flags are relative to `root`, too.
    `include` are folders that are searched for headers.  `cflags` go to each source,
    `cxxflags` to those in C++ instead of them if they are given, `each` to one source beside
    them.  `instrument` adds libFuzzer's coverage callbacks.

    With `patch` or `generate` a copy is compiled: of the sources, and of `headers`, glob
    patterns of every other file below `root` that matters; hidden files and folders are left
    out, they hold caches (this project's builds, too).  `patch` (a unified diff with paths
    a/… b/… relative to `root`) is applied to the copy, and `generate`, called with the copy's
    folder, returns further files to put in it (relative path to text).
    """

    name: str
    root: Path
    sources: tuple[str, ...]
    headers: tuple[str, ...] = ()
    include: tuple[Path, ...] = ()
    cflags: tuple[str, ...] = ()
    cxxflags: tuple[str, ...] | None = None
    each: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ldflags: tuple[str, ...] = ()
    patch: Path | None = None
    generate: Callable[[Path], Mapping[str, str]] | None = None
    instrument: bool = True

    def flags_of(self, source: str) -> tuple[str, ...]:
        """Return the flags of a source beside those of its sanitizer."""
        is_cplusplus = Path(source).suffix in CPLUSPLUS and self.cxxflags is not None
        flags = self.cxxflags if is_cplusplus else self.cflags
        return (*(flags or ()), *self.each.get(source, ()))

    def check(self) -> None:
        """Raise ToolError for a source that is not there."""
        for source in self.sources:
            if not (self.root / source).is_file():
                raise ToolError(f"{self.root / source}: no such file, {self.name} needs it")

    def materialize(self, tree: Path) -> None:
        """Make the folder `tree` hold exactly what will be compiled."""
        found = {Path(source) for source in self.sources if (self.root / source).exists()}
        for pattern in self.headers:
            found.update(path for path in self._matching(pattern) if (self.root / path).is_file())
        for relative in sorted(found):
            copy = tree / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                content = (self.root / relative).read_bytes()
            except OSError as error:
                raise ToolError(
                    f"{self.root / relative}: cannot be read to build {self.name}: {error.strerror}"
                ) from error
            copy.write_bytes(content)
        if self.patch:
            _apply(self.patch, tree)
        if self.generate:
            for name, text in self.generate(tree).items():
                (tree / name).write_text(text, encoding="utf-8")
        for source in self.sources:
            # Not before: a source may be generated, or put there by the patch.
            if not (tree / source).is_file():
                raise ToolError(f"{self.root / source}: no such file, {self.name} needs it")

    @property
    def is_changed(self) -> bool:
        """Whether what is compiled is not what lies below `root`, but a changed copy of it."""
        return self.patch is not None or self.generate is not None

    def _matching(self, pattern: str) -> Iterator[Path]:
        # Not Path.glob: it goes into hidden folders, and fails when another process that
        # builds removes one meanwhile.
        for name in glob.glob(pattern, root_dir=self.root, recursive=True):  # noqa: PTH207
            path = Path(name)
            if not any(part.startswith(".") for part in path.parts):
                yield path


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
