# SPDX-License-Identifier: Apache-2.0
"""A core, loaded into this process and initialized."""

from __future__ import annotations

import os

from groundstop.native._abi import ffi
from groundstop.native._load import NEVER_UNLOADED, core_error, does_not_load, refuse_foreign

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["LoadedCore", "load_core"]

_arguments: list[object] = []


class LoadedCore:
    """A core's shared object and its entry point `int f(const uint8_t *data, size_t size)`.

    `function` is a cffi function pointer for `Driver.set_entry` and `Driver.execute`;
    what the core reports goes to the driver that is preloaded in this process.
    """

    def __init__(self, function: Any) -> None:  # noqa: ANN401  (cffi's pointers have no type)
        self.function = function


def load_core(path: str | os.PathLike[str], entry: str, *, is_examined: bool = False) -> LoadedCore:
    """Load the core at `path`; raise CoreError saying why it cannot be.

    `is_examined` says that `refuse_foreign` has seen it: it reads the whole file.

    An instrumented core needs the driver and the sanitizer's runtime preloaded.  Its
    LLVMFuzzerInitialize, if it has one, is called as replay does it: with the core's path as
    the only argument.
    """
    if not (entry.isascii() and entry.isidentifier()):
        raise core_error(f"{entry!r} cannot be the name of an entry point: it is no C identifier")
    if not is_examined:
        refuse_foreign(path)
    linker: Any = ffi.dlopen(None)
    # Looked up before: that itself leaves nothing in dlerror.
    dlopen, dlerror = linker.dlopen, linker.dlerror
    place = os.path.abspath(path)  # noqa: PTH100  (no time to import pathlib)
    core = dlopen(os.fsencode(place), NEVER_UNLOADED)
    if core == ffi.NULL:
        raise does_not_load(path, os.fsdecode(ffi.string(dlerror())))
    function = linker.dlsym(core, entry.encode())
    if function == ffi.NULL:
        raise core_error(
            f"{path} has no entry point {entry}: define `int {entry}(const uint8_t *, size_t)` "
            'without `static` (in C++ as extern "C"), or name the right one in Core(entry=…)'
        )
    _initialize(linker.dlsym(core, b"LLVMFuzzerInitialize"), place)
    return LoadedCore(ffi.cast("groundstop_entry", function))


def _initialize(function: Any, path: str) -> None:  # noqa: ANN401  (cffi's pointers have no type)
    if function == ffi.NULL:
        return
    # Kept: the core may hold on to its arguments.
    words = [ffi.new("char[]", os.fsencode(path)), ffi.NULL]
    arguments = ffi.new("char *[]", words)
    holder = ffi.new("char **[]", [arguments])
    count = ffi.new("int *", 1)
    _arguments.append((words, arguments, holder, count))
    ffi.cast("groundstop_initializer", function)(count, holder)
