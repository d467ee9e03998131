# SPDX-License-Identifier: Apache-2.0
"""What a prebuilt library is: read from the file, before anything loads it."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import CoreError
from groundstop.model import Sanitizer
from groundstop.toolchain import Elf, read_elf

__all__ = ["PrebuiltLibrary", "PrebuiltObject", "examine_library", "examine_object"]

_INSTRUMENT = "-fsanitize=address,fuzzer-no-link"

_MISSING = re.compile(r"^\s+(\S+) => not found$", re.MULTILINE)

# By the beginning of a function that such a library leaves to its runtime.
_UNFIT = {
    "__tsan_": "ThreadSanitizer",
    "__msan_": "MemorySanitizer",
    "__hwasan_": "HWAddressSanitizer",
    "__dfsan_": "DataFlowSanitizer",
    "__afl_": "AFL's instrumentation",
}
# One that a library names in NEEDED comes with it, beside the runtime that fuzzes.
_FOREIGN_RUNTIMES = {
    "libasan.so": "is linked with gcc's AddressSanitizer: build it with clang",
    "libubsan.so": "is linked with gcc's UndefinedBehaviorSanitizer: build it with clang",
    "libclang_rt.": "is linked with a sanitizer runtime of its own: build it without "
    "-shared-libasan",
}


@dataclass(frozen=True, slots=True)
class PrebuiltLibrary:
    """A shared object whose instrumentation is as it is.

    `sanitizer` is the one it was built with, `plain` without any; `covered` says whether
    it counts its edges, so that libFuzzer is steered by them.
    """

    path: Path
    sanitizer: Sanitizer
    covered: bool


@dataclass(frozen=True, slots=True)
class PrebuiltObject:
    """An object file: the sanitizer it was compiled with, and whether from C++."""

    sanitizer: Sanitizer
    cplusplus: bool


def examine_library(path: Path, entry: str) -> PrebuiltLibrary:
    """Return what the library at `path` is built with.

    Raises CoreError for one that no campaign could load: another format, another machine,
    a runtime that does not fit, no function `entry`, libraries of its own that are missing.
    """
    try:
        seen = path.stat()
    except OSError as error:
        raise CoreError(f"{path}: cannot be read: {error.strerror}") from error
    stamp = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
    return _examine(path.absolute(), entry, stamp)


@functools.cache
def _examine(path: Path, entry: str, _stamp: tuple[int, ...]) -> PrebuiltLibrary:
    elf = read_elf(path)
    if elf.kind != "DYN":
        raise CoreError(
            f"{path} is no shared library: link it with -shared (it is of the kind {elf.kind})"
        )
    _check_machine(path, elf)
    for library in elf.needed:
        for sign, meaning in _FOREIGN_RUNTIMES.items():
            if library.startswith(sign):
                raise CoreError(f"{path} {meaning} ({library})")
    undefined = elf.undefined
    _check_instrumentation(path, undefined)
    _check_entry(path, entry, elf)
    _check_dependencies(path)
    return PrebuiltLibrary(path, _sanitizer(undefined), covered=_is_covered(undefined))


def examine_object(path: Path) -> PrebuiltObject:
    """Return what the object at `path` is compiled with; raises CoreError as for libraries."""
    elf = read_elf(path)
    if elf.kind != "REL":
        raise CoreError(f"{path} is no object file (it is of the kind {elf.kind})")
    _check_machine(path, elf)
    undefined = elf.undefined
    _check_instrumentation(path, undefined)
    cplusplus = any(name.startswith(("_Z", "__cxa_", "__gxx_")) for name in undefined)
    return PrebuiltObject(_sanitizer(undefined), cplusplus)


def _check_machine(path: Path, elf: Elf) -> None:
    if elf.machine:
        raise CoreError(
            f"{path} is for another kind of machine ({elf.machine}): build it for x86-64"
        )


def _check_instrumentation(path: Path, undefined: set[str]) -> None:
    for sign, meaning in _UNFIT.items():
        if any(name.startswith(sign) for name in undefined):
            raise CoreError(
                f"{path} is built with {meaning}, and no fuzzing runtime fits: "
                f"build it with {_INSTRUMENT}"
            )
    if "__sanitizer_cov_trace_pc_guard" in undefined and not _is_covered(undefined):
        raise CoreError(
            f"{path} is built with -fsanitize-coverage=trace-pc-guard, which libFuzzer takes no "
            f"more: build it with {_INSTRUMENT}"
        )


def _check_entry(path: Path, entry: str, elf: Elf) -> None:
    if symbol := elf.exported.get(entry):
        if symbol.kind in {"FUNC", "IFUNC"}:
            return
        raise CoreError(f"{path}: {entry} is no function: name the right one in Core(entry=…)")
    # `_Z`, perhaps namespaces, the name's length, the name.
    mangled = re.compile(rf"_ZN?.*{len(entry)}{re.escape(entry)}")
    if any(symbol.defined and mangled.match(symbol.name) for symbol in elf.symbols):
        raise CoreError(f'{path}: {entry} is a C++ function: declare it extern "C"')
    raise CoreError(
        f"{path} exports no function {entry}: define `int {entry}(const uint8_t *, size_t)` "
        "without `static` or hidden visibility, or name the right one in Core(entry=…)"
    )


def _check_dependencies(path: Path) -> None:
    try:
        run = subprocess.run(
            ["ldd", str(path)],  # noqa: S607  (the C library's own, wherever it is)
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError:
        # Not every system has it; loading tells then, in the dynamic linker's words.
        return
    if missing := _MISSING.findall(run.stdout):
        raise CoreError(
            f"{path} needs {', '.join(missing)}, which is not found: install it, or add its "
            f"folder to LD_LIBRARY_PATH (now {os.environ.get('LD_LIBRARY_PATH', 'unset')})"
        )


def _sanitizer(undefined: set[str]) -> Sanitizer:
    if any(name.startswith("__asan_") for name in undefined):
        return Sanitizer.ADDRESS
    if any(name.startswith("__ubsan_handle_") for name in undefined):
        return Sanitizer.UNDEFINED
    return Sanitizer.PLAIN


def _is_covered(undefined: set[str]) -> bool:
    return "__sanitizer_cov_8bit_counters_init" in undefined
