# SPDX-License-Identifier: Apache-2.0
"""A libFuzzer harness as a target: found again by the name of its file.

`harness/<name>.json` under the project's state says what it was last fuzzed as, so that
what takes a target's name takes a harness's as well.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import shlex
import subprocess
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import BuildError, TargetError
from groundstop.files import make_folder, resolved, write_atomically
from groundstop.target._core import Core
from groundstop.target._library import examine_object
from groundstop.target._target import Target, target_name
from groundstop.toolchain import CPLUSPLUS, Recipe, build_shared, find_compiler, native_root

__all__ = ["Harness", "forget_harness", "harness_target", "harnesses", "keep_harness"]

_ENTRY = "LLVMFuzzerTestOneInput"
_RULE_END = re.compile(r"(?<!\\)\n")
_WORD_END = re.compile(r"(?<!\\)\s+")


@dataclass(frozen=True, slots=True)
class Harness:
    """A file with LLVMFuzzerTestOneInput: C or C++, an object, or a shared object.

    `sources` are compiled with it, `include` are folders with headers; `cflags` and `ldflags`
    go to the compiler and the linker.  Paths are absolute.
    """

    path: Path
    sources: tuple[Path, ...] = ()
    include: tuple[Path, ...] = ()
    cflags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()


def harnesses(project: Project) -> dict[str, Harness]:
    """Return the harnesses that were fuzzed in this project and are still there, by name."""
    found = {}
    for record in sorted(project.harnesses.glob("*.json")):
        try:
            harness = _from_document(json.loads(record.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if harness.path.is_file():
            found[record.stem] = harness
    return found


def keep_harness(project: Project, harness: Harness, taken: Container[str]) -> str:
    """Write down what a harness consists of and return its target's name.

    The name is made from the file's; where that is `taken` by another target, a digest of the
    path is added.  Raises TargetError for a file that is no harness, before anything is built.
    """
    _check(harness)
    known = {other.path: name for name, other in harnesses(project).items()}
    name = known.get(harness.path) or _name(harness.path)
    if name in taken and harness.path not in known:
        name += f"_{hashlib.sha256(os.fsencode(harness.path)).hexdigest()[:6]}"
    make_folder(project.harnesses)
    text = json.dumps(_document(harness), indent=2)
    write_atomically(project.harnesses / f"{name}.json", f"{text}\n".encode())
    return name


def forget_harness(project: Project, name: str) -> None:
    """Take a harness off the project's list, as one that never was one."""
    (project.harnesses / f"{name}.json").unlink(missing_ok=True)


def harness_target(project: Project, name: str, harness: Harness) -> Target:
    """Return the target that a harness is; raises BuildError, CoreError, TargetError, ToolError."""
    _check(harness)
    if _is_library(harness.path):
        return Target(name, Core(root=harness.path.parent, library=harness.path))
    if harness.path.suffix == ".o":
        return Target(name, Core(root=harness.path.parent, library=_link(project, name, harness)))
    tree = _tree(harness, (harness.path, *harness.sources))
    core = Core(
        root=tree.root,
        sources=tree.sources,
        headers=tree.headers,
        include=harness.include,
        cflags=harness.cflags,
        ldflags=harness.ldflags,
    )
    return Target(name, core)


def _check(harness: Harness) -> None:
    path = harness.path
    if not path.is_file():
        raise TargetError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}")
    if _is_library(path):
        if harness.sources or harness.include or harness.cflags or harness.ldflags:
            raise TargetError(f"{path}: a shared object is fuzzed as it is: nothing is compiled")
    elif path.suffix not in {".c", ".o", *CPLUSPLUS}:
        raise TargetError(
            f"{path}: a harness is a C or C++ file, an object (.o) or a shared object (.so)"
        )
    for source in harness.sources:
        if not source.is_file():
            raise TargetError(f"{source}: no such file")


def _is_library(path: Path) -> bool:
    return ".so" in path.suffixes


def _name(path: Path) -> str:
    return target_name(path.name.partition(".")[0], "harness")


def _link(project: Project, name: str, harness: Harness) -> Path:
    """Return the shared object made of an object; what it leaves open is the runtime's."""
    made = examine_object(harness.path)
    tree = _tree(harness, harness.sources)
    recipe = Recipe(
        name=name,
        root=tree.root,
        sources=tree.sources,
        headers=tree.headers,
        include=(native_root() / "include", *harness.include),
        cflags=harness.cflags,
        ldflags=(
            str(harness.path),
            f"-Wl,--require-defined={_ENTRY}",
            *harness.ldflags,
            *(("-lstdc++",) if made.cplusplus else ()),
        ),
    )
    return build_shared(recipe, made.sanitizer, project_state=project.state)


@dataclass(frozen=True, slots=True)
class _Tree:
    """What a recipe copies: files below `root`, headers as patterns."""

    root: Path
    sources: tuple[str, ...]
    headers: tuple[str, ...]


def _tree(harness: Harness, sources: tuple[Path, ...]) -> _Tree:
    headers = _headers(harness, sources) if sources else []
    files = [*sources, *headers]
    root = Path(os.path.commonpath([file.parent for file in files or [harness.path]]))
    names = [str(file.relative_to(root)) for file in files]
    here = tuple(names[: len(sources)])
    return _Tree(root, here, tuple(map(glob.escape, names[len(sources) :])))


def _headers(harness: Harness, sources: tuple[Path, ...]) -> list[Path]:
    """Return the headers that the compiler finds beside the sources, not in folders given."""
    folders = (native_root() / "include", *harness.include)
    command = [
        *find_compiler().command,
        "-MM",
        *harness.cflags,
        *(f"-I{folder}" for folder in folders),
        *map(str, sources),
    ]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if run.returncode:
        raise BuildError(str(harness.path), shlex.join(command), run.stderr)
    found = set()
    for rule in _RULE_END.split(run.stdout):
        words = _WORD_END.split(rule.replace("\\\n", " ").strip())[1:]
        found |= {Path(_unescaped(word)).resolve() for word in words}
    return sorted(
        path
        for path in found - set(sources)
        if not any(path.is_relative_to(resolved(folder)) for folder in folders)
    )


def _unescaped(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word).replace("$$", "$")


def _document(harness: Harness) -> dict[str, object]:
    return {
        "path": str(harness.path),
        "sources": [str(source) for source in harness.sources],
        "include": [str(folder) for folder in harness.include],
        "cflags": list(harness.cflags),
        "ldflags": list(harness.ldflags),
    }


def _from_document(document: Mapping[str, list[str]]) -> Harness:
    return Harness(
        path=Path(str(document["path"])),
        sources=tuple(map(Path, document["sources"])),
        include=tuple(map(Path, document["include"])),
        cflags=tuple(document["cflags"]),
        ldflags=tuple(document["ldflags"]),
    )
