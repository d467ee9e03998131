# SPDX-License-Identifier: Apache-2.0
"""Builds the interpreter with C tests around it, with nothing of Groundstop's toolchain between."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import patch_ng

from groundstop.targets.channel.releases import generate_table

ROOT: Final = Path(__file__).parents[2]
CHANNEL: Final = ROOT / "native" / "channel"
C_TESTS: Final = ROOT / "tests" / "native"

STRICT: Final = (
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
)
KERNEL: Final = (*STRICT, "-Wpedantic", "-Wframe-larger-than=1024")
VARIANTS: Final = {
    "sanitized": (
        "-g",
        "-O1",
        "-fno-omit-frame-pointer",
        "-fsanitize=address,undefined,integer,implicit-conversion",
        "-fno-sanitize-recover=all",
    ),
    "plain": ("-g", "-O2"),
}


def compiler() -> list[str]:
    return shlex.split(os.environ.get("CC", "clang"))


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ASAN_OPTIONS": "detect_stack_use_after_return=0"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )


def compile_c(*arguments: str | Path) -> str:
    """Compile, or fail with what the compiler says; return its warnings."""
    done = run(*compiler(), *arguments)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, done.args))}\n{done.stderr}")
    return done.stderr


def make_tree(folder: Path, release: str, *patched: str) -> Path:
    """Copy the sources with the release's table; undo the checks of `patched` files (2024-07)."""
    tree = folder / "channel"
    shutil.copytree(CHANNEL, tree)
    if patched:
        patches = patch_ng.fromfile(str(tree / "history" / "2024-07.patch"))
        patches.items = [
            item for item in patches.items if item.target.decode().removeprefix("b/") in patched
        ]
        assert len(patches.items) == len(patched)
        assert patches.apply(strip=1, root=str(tree))
    write_table(tree, release)
    return tree


def write_table(tree: Path, release: str) -> None:
    for name, text in generate_table(tree, release).items():
        (tree / name).write_text(text, encoding="utf-8")


@dataclass
class CBuild:
    """Programs of one variant around one tree; the tree is compiled once."""

    tree: Path
    variant: str
    _objects: list[Path] = field(default_factory=list)

    def program(self, *sources: str) -> Path:
        """Link the sources (of tests/native) with the interpreter, its entry point included."""
        flags: tuple[str | Path, ...] = (
            *VARIANTS[self.variant],
            "-I",
            self.tree,
            "-I",
            ROOT / "native" / "include",
        )
        folder = self.tree.parent / self.variant
        if not self._objects:
            folder.mkdir()
            for source in sorted(self.tree.rglob("*.c")):
                target = folder / f"{source.stem}.o"
                compile_c(*KERNEL, *flags, "-c", source, "-o", target)
                self._objects.append(target)
        output = folder / Path(sources[0]).stem
        files = [C_TESTS / name for name in (*sources, "check.c", "files.c")]
        compile_c(*STRICT, *flags, *files, *self._objects, "-o", output)
        return output
