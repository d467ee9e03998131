# SPDX-License-Identifier: Apache-2.0
"""A core, loaded into this process and initialized."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from groundstop.errors import CoreError
from groundstop.native._ffi import entry_ffi, initializer_ffi
from groundstop.native._load import open_shared

__all__ = ["LoadedCore", "load_core"]

_arguments: list[object] = []


class LoadedCore:
    """A core's shared object and its entry point `int f(const uint8_t *data, size_t size)`.

    `function` is a cffi function pointer for `Driver.set_entry` and `Driver.execute`;
    what the core reports goes to the driver that is preloaded in this process.
    """

    def __init__(self, path: Path, entry: str, library: Any, function: Any) -> None:  # noqa: ANN401
        self.path = path
        self.entry = entry
        self.function = function
        self._library = library


def load_core(path: Path, entry: str) -> LoadedCore:
    """Load the core at `path`; raise CoreError saying why it cannot be.

    An instrumented core needs the driver and the sanitizer's runtime preloaded.  Its
    LLVMFuzzerInitialize, if it has one, is called as replay does it: with the core's path as
    the only argument.
    """
    if not (entry.isascii() and entry.isidentifier()):
        raise CoreError(f"{entry!r} cannot be the name of an entry point: it is no C identifier")
    ffi = entry_ffi(entry)
    library = open_shared(ffi, path)
    try:
        function = ffi.addressof(library, entry)
    except AttributeError as error:
        raise CoreError(
            f"{path} has no entry point {entry}: define `int {entry}(const uint8_t *, size_t)` "
            "without `static`, or name the right one in Core(entry=…)"
        ) from error
    _initialize(path)
    return LoadedCore(path, entry, library, function)


def _initialize(path: Path) -> None:
    ffi = initializer_ffi()
    library = open_shared(ffi, path)
    try:
        initialize = library.LLVMFuzzerInitialize
    except AttributeError:
        return
    # Kept: the core may hold on to its arguments.
    words = [ffi.new("char[]", os.fsencode(path)), ffi.NULL]
    arguments = ffi.new("char *[]", words)
    holder = ffi.new("char **[]", [arguments])
    count = ffi.new("int *", 1)
    _arguments.append((words, arguments, holder, count))
    initialize(count, holder)
