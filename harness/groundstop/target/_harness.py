# SPDX-License-Identifier: Apache-2.0
"""A libFuzzer harness as a target: found again by the name of its file.

`harness/<name>.json` under the project's state says what it was last fuzzed as, so that
what takes a target's name takes a harness's as well.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.files import make_folder, write_atomically
from groundstop.target._commands import commands_file, flags_of_files
from groundstop.target._core import Core
from groundstop.target._library import examine_object
from groundstop.target._target import Target, target_name
from groundstop.toolchain import CPLUSPLUS, Recipe, build_shared, native_root

__all__ = ["Harness", "forget_harness", "harness_target", "harnesses", "keep_harness"]

_ENTRY = "LLVMFuzzerTestOneInput"
_COMPILED = {".c", *CPLUSPLUS}
_OF_BUILDS = ("sources", "include", "cflags", "cxxflags", "ldflags", "commands")


@dataclass(frozen=True, slots=True)
class Harness:
    """A file with LLVMFuzzerTestOneInput: C or C++, an object, or a shared object.

    `sources` are compiled with it, or linked where they are objects and libraries; `include`
    are folders with headers; `cflags`, `cxxflags` (for C++, None: the same) and `ldflags` go to
    compiler and linker, and `commands` is a compile_commands.json with more of them for each
    file.  Paths are absolute.
    """

    path: Path
    sources: tuple[Path, ...] = ()
    include: tuple[Path, ...] = ()
    cflags: tuple[str, ...] = ()
    cxxflags: tuple[str, ...] | None = None
    ldflags: tuple[str, ...] = ()
    commands: Path | None = None

    @property
    def compiled(self) -> tuple[Path, ...]:
        """The sources that are compiled, in C or C++."""
        return tuple(path for path in self.sources if path.suffix in _COMPILED)

    @property
    def linked(self) -> tuple[str, ...]:
        """The words for the linker: its flags, and what is compiled already."""
        others = [path for path in self.sources if path.suffix not in _COMPILED]
        # A shared one is looked for again when the core is loaded.
        folders = {f"-Wl,-rpath,{path.parent}" for path in others if _is_library(path)}
        return (*map(str, others), *sorted(folders), *self.ldflags)


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
    tree = _tree(harness, (harness.path, *harness.compiled))
    core = Core(
        root=tree.root,
        sources=tree.sources,
        include=harness.include,
        cflags=harness.cflags,
        cxxflags=harness.cxxflags,
        each=tree.each,
        ldflags=harness.linked,
    )
    return Target(name, core)


def _check(harness: Harness) -> None:
    path = harness.path
    if not path.is_file():
        raise TargetError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}")
    if _is_library(path):
        if any(getattr(harness, name) for name in _OF_BUILDS):
            raise TargetError(f"{path}: a shared object is fuzzed as it is: nothing is compiled")
    elif path.suffix not in {".o", *_COMPILED}:
        raise TargetError(
            f"{path}: a harness is a C or C++ file, an object (.o) or a shared object (.so)"
        )
    for source in harness.sources:
        if not source.is_file():
            raise TargetError(f"{source}: no such file")
        if source.suffix not in {".o", ".a", *_COMPILED} and not _is_library(source):
            raise TargetError(
                f"{source}: --sources are C and C++ files, objects (.o) and libraries (.a, .so)"
            )
    if harness.commands:
        commands_file(harness.commands)


def _is_library(path: Path) -> bool:
    return ".so" in path.suffixes


def _name(path: Path) -> str:
    return target_name(path.name.partition(".")[0], "harness")


def _link(project: Project, name: str, harness: Harness) -> Path:
    """Return the shared object made of an object; what it leaves open is the runtime's."""
    made = examine_object(harness.path)
    tree = _tree(harness, harness.compiled)
    recipe = Recipe(
        name=name,
        root=tree.root,
        sources=tree.sources,
        include=(native_root() / "include", *harness.include),
        cflags=harness.cflags,
        cxxflags=harness.cxxflags,
        each=tree.each,
        ldflags=(
            str(harness.path),
            f"-Wl,--require-defined={_ENTRY}",
            *harness.linked,
            *(("-lstdc++",) if made.cplusplus else ()),
        ),
    )
    return build_shared(recipe, made.sanitizer, project_state=project.state)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Files below `root`, and the flags that some of them have of their own."""

    root: Path
    sources: tuple[str, ...]
    each: dict[str, tuple[str, ...]]


def _tree(harness: Harness, sources: tuple[Path, ...]) -> _Tree:
    root = Path(os.path.commonpath([file.parent for file in (*sources, harness.path)]))
    flags = {}
    if harness.commands:
        flags = flags_of_files(commands_file(harness.commands), sources)
    each = {str(file.relative_to(root)): words for file, words in flags.items()}
    return _Tree(root, tuple(str(file.relative_to(root)) for file in sources), each)


def _document(harness: Harness) -> dict[str, object]:
    return {
        "path": str(harness.path),
        "sources": [str(source) for source in harness.sources],
        "include": [str(folder) for folder in harness.include],
        "cflags": list(harness.cflags),
        "cxxflags": None if harness.cxxflags is None else list(harness.cxxflags),
        "ldflags": list(harness.ldflags),
        "commands": str(harness.commands or ""),
    }


def _from_document(document: Mapping[str, list[str]]) -> Harness:
    return Harness(
        path=Path(str(document["path"])),
        sources=tuple(map(Path, document["sources"])),
        include=tuple(map(Path, document["include"])),
        cflags=tuple(document["cflags"]),
        cxxflags=None if document["cxxflags"] is None else tuple(document["cxxflags"]),
        ldflags=tuple(document["ldflags"]),
        commands=Path(str(document["commands"])) if document["commands"] else None,
    )
