# SPDX-License-Identifier: Apache-2.0
"""libyara as a core: which of its files are compiled, and how; see setup.py of yara-python."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import find_project
from groundstop.errors import TargetError
from groundstop.model import Release
from groundstop.target import Core
from groundstop.toolchain import Recipe

__all__ = ["LIBRARY", "Library"]

_NATIVE = Path(__file__).parent / "native"
# Where `groundstop fetch-example yara` puts it, below the project's state.
_PLACE = Path("examples", "yara", "yara_python-4.5.4", "yara", "libyara")

# Everything but the modules that need other libraries or a word of the builder's (crypto,
# magic, cuckoo, dex, macho, tests of protobuf), and the processes of other systems.
_SOURCES = (
    *("ahocorasick.c", "arena.c", "atoms.c", "base64.c", "bitmask.c", "compiler.c", "endian.c"),
    *("exec.c", "exefiles.c", "filemap.c", "grammar.c", "hash.c", "hex_grammar.c", "hex_lexer.c"),
    *("lexer.c", "libyara.c", "mem.c", "modules.c", "notebook.c", "object.c", "parser.c", "proc.c"),
    *("re.c", "re_grammar.c", "re_lexer.c", "rules.c", "scan.c", "scanner.c", "simple_str.c"),
    *("sizedstr.c", "stack.c", "stopwatch.c", "stream.c", "strutils.c", "threading.c"),
    *("modules/console/console.c", "modules/dotnet/dotnet.c", "modules/elf/elf.c"),
    *("modules/math/math.c", "modules/pe/pe.c", "modules/pe/pe_utils.c"),
    *("modules/string/string.c", "modules/tests/tests.c", "modules/time/time.c"),
    *("proc/linux.c", "tlshc/tlsh.c", "tlshc/tlsh_impl.c", "tlshc/tlsh_util.c"),
)

_CFLAGS = (
    "-std=gnu99",
    # As yara-python is built: by Python's own flags assertions are off, so that a file's bad
    # reference goes on as a pointer.
    *("-DNDEBUG", "-D_GNU_SOURCE=1", "-DUSE_LINUX_PROC=1", "-DHAVE_STDBOOL_H=1"),
    *("-DHAVE_MEMMEM=1", "-DBUCKETS_128=1", "-DCHECKSUM_1B=1", "-DDOTNET_MODULE=1"),
    "-Iinclude",
    "-w",  # not ours
)

# Ours, put among libyara's under names that it does not have.
_OURS = ("scan", "text")


def _own_files(*names: str) -> dict[str, str]:
    """Return our C files as they go into the tree; messages name them where people edit them."""
    files = {path.name: path.read_text(encoding="utf-8") for path in _NATIVE.glob("*.h")}
    for name in names:
        path = _NATIVE / f"{name}.c"
        text = path.read_text(encoding="utf-8")
        files[_own_name(name)] = f'#line 1 "{path}"\n{text}'
    return files


def _own_name(name: str) -> str:
    return f"groundstop_{name}.c"


def _entry_files(tree: Path, release: str) -> Mapping[str, str]:
    del tree, release
    return _own_files(*_OURS, "known", "entry")


@dataclass(frozen=True)
class Library(Core):
    """A core whose sources may not have been fetched yet: that shows when it is built."""

    def recipe(self, name: str, release: Release) -> Recipe:
        """Return how to compile it; raise TargetError when it is not there."""
        root = find_project().state / _PLACE
        if not root.is_dir():
            raise TargetError(
                f"target {name}: its sources are not part of this project: "
                f"groundstop fetch-example yara"
            )
        return dataclasses.replace(super().recipe(name, release), root=root)

    def compiler(self, name: str) -> Recipe:
        """Return how to build the program that compiles rules, of the same sources."""
        sources = (*_SOURCES, *map(_own_name, (*_OURS, "compile")))
        return dataclasses.replace(
            self.recipe(name, Release("")),
            name=f"{name}-compiler",
            sources=sources,
            # It compiles a file in milliseconds anyway: what counts is its own build.
            cflags=(*_CFLAGS, "-O0", "-g0"),
            ldflags=("-lm",),
            generate=lambda _tree: _own_files(*_OURS, "compile"),
            instrument=False,
        )


LIBRARY = Library(
    root=_PLACE,
    sources=(*_SOURCES, *map(_own_name, (*_OURS, "known", "entry"))),
    # modules/module_list is a header by another name.
    headers=("**/*.h", "modules/module_list"),
    entry="yara_fuzz_compiled",
    cflags=_CFLAGS,
    ldflags=("-lm",),
    generate=_entry_files,
)
