# SPDX-License-Identifier: Apache-2.0
"""A toolchain turns C sources into the variants of a core: sanitizer x release x history.

`build_shared` and `build_program` take a `Recipe` and give the path of a finished file, from the
project's cache where nothing that compiler and linker read for it has changed since.
"""

from groundstop.toolchain._build import build_program, build_shared
from groundstop.toolchain._compiler import Compiler, find_compiler, find_llvm_tool
from groundstop.toolchain._elf import Elf, opened_elf, read_elf
from groundstop.toolchain._flags import CPLUSPLUS
from groundstop.toolchain._framework import (
    build_driver,
    build_mutator,
    build_own_hooks,
    build_runner,
)
from groundstop.toolchain._locate import native_root, sanitizer_runtime
from groundstop.toolchain._recipe import Recipe

__all__ = [
    "CPLUSPLUS",
    "Compiler",
    "Elf",
    "Recipe",
    "build_driver",
    "build_mutator",
    "build_own_hooks",
    "build_program",
    "build_runner",
    "build_shared",
    "find_compiler",
    "find_llvm_tool",
    "native_root",
    "opened_elf",
    "read_elf",
    "sanitizer_runtime",
]
