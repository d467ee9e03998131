# SPDX-License-Identifier: Apache-2.0
"""Builds the interpreter with C tests around it, with nothing of Groundstop's toolchain between."""

from __future__ import annotations

import atexit
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import patch_ng  # type: ignore[import-untyped]  # ships no types

from groundstop.targets.channel.releases import generate_table

ROOT: Final = Path(__file__).parents[2]
CHANNEL: Final = ROOT / "native" / "channel"
C_TESTS: Final = ROOT / "tests" / "native"
DRIVER: Final = ROOT / "native" / "driver"

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
# Not for every program: only one has threads, and one counts edges, as they are written.
SPECIAL: Final = {
    "threads": ("-g", "-O1", "-fsanitize=thread", "-pthread"),
    "counted": ("-g", "-O0", "-fsanitize-coverage=trace-pc,no-prune"),
}

# Objects already compiled, named by what went in; they go with the process.  Held here, too: in
# a child that Python 3.13 forks atexit lets go of all, and a folder that nobody holds is removed.
_OBJECTS: Final = tempfile.TemporaryDirectory(prefix="groundstop-cbuild-")
atexit.register(_OBJECTS.cleanup)


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
        timeout=600,
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


def _compile_once(source: Path, tree: Path, flags: tuple[str, ...]) -> Path:
    """Compile one file; most of a patched tree, or of another release, is as it was."""
    seen = [source.read_bytes(), *(path.read_bytes() for path in sorted(tree.glob("*.h")))]
    if source.name == "release.c":
        seen.append((tree / "release_table.inc").read_bytes())
    if source.parent == C_TESTS:
        seen += [path.read_bytes() for path in sorted(C_TESTS.glob("*.h"))]
    key = hashlib.sha256(repr((seen, flags, compiler())).encode()).hexdigest()
    target = Path(_OBJECTS.name) / f"{source.stem}-{key[:16]}.o"
    if not target.exists():
        include = ("-I", tree, "-I", ROOT / "native" / "include")
        compile_c(*flags, *include, "-c", source, "-o", target)
    return target


@dataclass
class CBuild:
    """Programs of one variant around one tree; each runs once, however often it is asked for."""

    tree: Path
    variant: str
    _done: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)

    def program(self, source: str) -> Path:
        """Link a program of tests/native with the interpreter, its entry point included."""
        flags = (VARIANTS | SPECIAL)[self.variant]
        core = [(path, (*KERNEL, *flags)) for path in sorted(self.tree.rglob("*.c"))]
        tests = [(C_TESTS / name, (*STRICT, *flags)) for name in (source, "check.c", "files.c")]
        with ThreadPoolExecutor() as pool:
            objects = pool.map(lambda job: _compile_once(job[0], self.tree, job[1]), core + tests)
        output = self.tree.parent / f"{Path(source).stem}-{self.variant}"
        compile_c(*flags, *objects, "-o", output)
        return output

    def result(self, source: str) -> subprocess.CompletedProcess[str]:
        if source not in self._done:
            self._done[source] = run(self.program(source))
        return self._done[source]


def driver_test(folder: Path, name: str, *parts: Path) -> Path:
    """The test `name`, in C, around parts of the driver, or a copy of one with a defect."""
    include = ("-I", DRIVER, "-I", ROOT / "native" / "include")
    flags = (*STRICT, "-std=gnu11", "-UNDEBUG", *VARIANTS["plain"])
    program = folder / name
    compile_c(*flags, *include, C_TESTS / f"{name}.c", *parts, "-o", program)
    return program
