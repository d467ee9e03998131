# SPDX-License-Identifier: Apache-2.0
"""A shared object with functions of any type, for entry points written in Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from groundstop.errors import CoreError
from groundstop.native._load import NEVER_UNLOADED, does_not_load, refuse_foreign

__all__ = ["Library", "open_library"]

_LIBC = "void *malloc(size_t size); void free(void *memory);"


class Library:
    """A loaded library: `functions.<name>(…)` calls it, `ffi` makes its types.

    Hand it data through `exact`, never as `bytes`: Python's allocator puts small objects
    into one large block, in which a read beyond the end goes unnoticed.
    """

    def __init__(self, ffi: Any, functions: Any, libc: Any) -> None:  # noqa: ANN401
        self.ffi = ffi
        self.functions = functions
        self._libc = libc

    @contextmanager
    def exact(self, data: bytes) -> Iterator[Any]:
        """Yield a `uint8_t *` to a heap copy of `data` that ends where `data` ends.

        The memory is the sanitizer's, so that a read or write one byte beyond is found.
        It is freed on leaving; what the library still does with it then is found, too.
        """
        # No allocator can place a block of no bytes: point behind a block of one.
        lead = 0 if data else 1
        memory = self._libc.malloc(len(data) + lead)
        if memory == self.ffi.NULL:
            raise MemoryError
        try:
            pointer = self.ffi.cast("uint8_t *", memory) + lead
            self.ffi.memmove(pointer, data, len(data))
            yield pointer
        finally:
            self._libc.free(memory)


def open_library(path: Path, declarations: str) -> Library:
    """Load the library at `path` whose functions and types `declarations` (C) describe.

    Raises CoreError when it does not load or the declarations cannot be parsed.
    """
    import cffi

    ffi = cffi.FFI()
    try:
        ffi.cdef(declarations)
    except (cffi.CDefError, cffi.FFIError) as error:
        raise CoreError(f"{path}: its declarations cannot be parsed: {error}") from error
    libc = cffi.FFI()
    libc.cdef(_LIBC)
    refuse_foreign(path)
    try:
        functions = ffi.dlopen(str(path.absolute()), NEVER_UNLOADED)
    except OSError as error:
        # What cffi adds is about libraries that are named without a path.
        raise does_not_load(path, str(error).partition(".  Additionally")[0]) from error
    return Library(ffi, functions, libc.dlopen(None))
