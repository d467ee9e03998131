# SPDX-License-Identifier: Apache-2.0
"""What a prebuilt library is: read from the file, before anything loads it."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import CoreError
from groundstop.model import Sanitizer
from groundstop.toolchain import find_llvm_tool

__all__ = ["PrebuiltLibrary", "PrebuiltObject", "examine_library", "examine_object"]

_INSTRUMENT = "-fsanitize=address,fuzzer-no-link"

_FIELD = re.compile(r"^ +(Class|Data|Type|Machine): +(.+)$", re.MULTILINE)
_NEEDED = re.compile(r"\(NEEDED\) +Shared library: \[(.+)\]")
# Value, size, type, binding, visibility, section, name.
_SYMBOL = re.compile(
    r"^ +\d+: [0-9a-f]+ +\w+ (?P<type>\w+) +\w+ +(?P<seen>\w+) +(?P<section>\w+) (?P<name>[^@\s]+)",
    re.MULTILINE,
)
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
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise CoreError(f"{path}: cannot be read: {error.strerror}") from error
    return _examine(path.absolute(), entry, stamp)


@functools.cache
def _examine(path: Path, entry: str, _stamp: int) -> PrebuiltLibrary:
    text = _read(path, "--dynamic-table", "--dyn-symbols")
    header = dict(_FIELD.findall(text))
    if "DYN" not in header.get("Type", ""):
        raise CoreError(
            f"{path} is no shared library: link it with -shared "
            f"(it is {header.get('Type', 'no ELF file')})"
        )
    _check_machine(path, header)
    for library in _NEEDED.findall(text):
        for sign, meaning in _FOREIGN_RUNTIMES.items():
            if library.startswith(sign):
                raise CoreError(f"{path} {meaning} ({library})")
    symbols = list(_SYMBOL.finditer(text))
    undefined = {s["name"] for s in symbols if s["section"] == "UND"}
    _check_instrumentation(path, undefined)
    _check_entry(path, entry, [s for s in symbols if s["section"] != "UND"])
    _check_dependencies(path)
    return PrebuiltLibrary(path, _sanitizer(undefined), covered=_is_covered(undefined))


def examine_object(path: Path) -> PrebuiltObject:
    """Return what the object at `path` is compiled with; raises CoreError as for libraries."""
    text = _read(path, "--symbols")
    header = dict(_FIELD.findall(text))
    if "REL" not in header.get("Type", ""):
        raise CoreError(f"{path} is no object file (it is {header.get('Type', 'no ELF file')})")
    _check_machine(path, header)
    undefined = {s["name"] for s in _SYMBOL.finditer(text) if s["section"] == "UND"}
    _check_instrumentation(path, undefined)
    cplusplus = any(name.startswith(("_Z", "__cxa_", "__gxx_")) for name in undefined)
    return PrebuiltObject(_sanitizer(undefined), cplusplus)


def _read(path: Path, *tables: str) -> str:
    run = subprocess.run(
        [find_llvm_tool("llvm-readelf"), "--file-header", *tables, str(path)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if run.returncode:
        said = run.stderr.strip().rpartition(f"'{path}': ")[2] or f"status {run.returncode}"
        raise CoreError(f"{path} is no shared library of this kind of system: {said}")
    return run.stdout


def _check_machine(path: Path, header: Mapping[str, str]) -> None:
    ours = dict(_FIELD.findall(_read(Path("/proc/self/exe"))))
    for what in ("Machine", "Class", "Data"):
        if header.get(what) != ours.get(what):
            raise CoreError(
                f"{path} is for another kind of machine ({header.get(what)}, this one has "
                f"{ours.get(what)}): build it here"
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


def _check_entry(path: Path, entry: str, defined: list[re.Match[str]]) -> None:
    for symbol in defined:
        if symbol["name"] == entry and symbol["seen"] in {"DEFAULT", "PROTECTED"}:
            if symbol["type"] in {"FUNC", "IFUNC"}:
                return
            raise CoreError(f"{path}: {entry} is no function: name the right one in Core(entry=…)")
    # `_Z`, perhaps namespaces, the name's length, the name.
    mangled = re.compile(rf"_ZN?.*{len(entry)}{re.escape(entry)}")
    if any(mangled.match(symbol["name"]) for symbol in defined):
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
