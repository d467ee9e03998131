# SPDX-License-Identifier: Apache-2.0
"""Find the C compiler and the LLVM tools that belong to it."""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass

from groundstop.errors import ToolError

_INSTALL = "as root: apt-get install clang llvm libclang-rt-dev"
# Unversioned first: what the machine's owner chose; then the newest that is there.
_VERSIONS = ("", *(f"-{version}" for version in range(30, 13, -1)))


@dataclass(frozen=True, slots=True)
class Compiler:
    """A clang: the words that start its command line, and the line that names its version."""

    command: tuple[str, ...]
    version: str

    @property
    def major(self) -> int:
        """The major version number."""
        match = re.search(r"version (\d+)", self.version)
        return int(match[1]) if match else 0


def find_compiler() -> Compiler:
    """Return the clang that `CC` names, or else the first one on PATH.

    Raises ToolError when there is none, or when CC is not a clang: gcc's sanitizer
    runtime and coverage callbacks do not fit those of libFuzzer.
    """
    return _find_compiler(os.environ.get("CC", ""), os.environ.get("PATH", ""))


@functools.cache
def _find_compiler(cc: str, path: str) -> Compiler:
    if cc:
        try:
            command = tuple(shlex.split(cc))
        except ValueError as error:
            raise ToolError(f"CC={cc} is no command line: {error}") from error
        if not command:
            raise ToolError("CC is blank: set it to a clang or unset it")
    else:
        found = _first_on_path("clang", path)
        if found is None:
            raise ToolError(
                "no clang on PATH: nothing new can be built, only what is built already works: "
                f"{_INSTALL}"
            )
        command = (found,)
    try:
        answer = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, check=True, errors="replace"
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(f"{shlex.join(command)} does not run: {error}; {_INSTALL}") from error
    version = answer.stdout.partition("\n")[0].strip()
    if "clang" not in version:
        raise ToolError(
            f"CC={cc} is {version!r}: only clang's sanitizers fit libFuzzer; "
            "set CC to a clang or unset it"
        )
    return Compiler(command, version)


def compiler_words() -> tuple[str, ...] | None:
    """Return the words that `find_compiler` would try, None where there is none: runs nothing."""
    cc = os.environ.get("CC", "")
    if not cc:
        found = _first_on_path("clang", os.environ.get("PATH", ""))
        return (found,) if found else None
    try:
        first, *others = shlex.split(cc)
    except ValueError:
        return None
    found = shutil.which(first)
    return (found, *others) if found else None


def find_llvm_tool(name: str) -> str:
    """Return the path of an LLVM tool (`llvm-symbolizer`, `llvm-cov`, …), else raise ToolError."""
    path = os.environ.get("PATH", "")
    found = None
    if compiler_words():
        # The compiler's own version first: profile formats differ between versions.
        found = shutil.which(f"{name}-{find_compiler().major}", path=path)
    found = found or _first_on_path(name, path)
    if found is None:
        raise ToolError(f"{name} is not on PATH: {_INSTALL}")
    return found


def _first_on_path(name: str, path: str) -> str | None:
    for suffix in _VERSIONS:
        found = shutil.which(name + suffix, path=path)
        if found:
            return found
    return None
