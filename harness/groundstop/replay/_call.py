# SPDX-License-Identifier: Apache-2.0
"""Which function of the core a request calls, and over what memory.

With a fill, a byte, the memory that the core finds fresh holds that byte: heap blocks of at
most 64 KiB, and the 256 KiB of stack below the call.  What it reads without having written
it differs between two fills.  Then the outcome's `stack` is how many bytes of stack were
used, as far as they were written to: at most those 256 KiB.

Not filled are larger blocks, what the core maps itself or has from an allocator of its own,
and the stacks of its threads; on processors other than x86-64 and AArch64 no stack is filled
or measured.
"""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import CoreError

# Of struct gs_request in runner_protocol.h: fill and entry.
_WORDS = struct.Struct("=i244s")
_ENTRY_LIMIT = 243
_NO_FILL = -1
_BYTES = range(256)


@dataclass(frozen=True, slots=True)
class Call:
    """`entry` is another function than the core's entry point, `words` the request's end."""

    entry: str
    words: bytes

    def missing(self, core: Path) -> CoreError:
        """Return the error for a core that has no such function."""
        return CoreError(
            f"{core} has no entry point {self.entry}: define "
            f"`int {self.entry}(const uint8_t *, size_t)` without `static` "
            '(in C++ as extern "C")'
        )


@functools.lru_cache(maxsize=256)
def make_call(entry: str, fill: int | None) -> Call:
    """Return the Call; raise CoreError for a name that no C function has.

    `fill` is None or 0 to 255, else it is a ValueError.
    """
    if fill is not None and fill not in _BYTES:
        raise ValueError(f"a fill of {fill}: give a byte, 0 to 255")
    if entry and not (entry.isascii() and entry.isidentifier() and len(entry) <= _ENTRY_LIMIT):
        raise CoreError(f"{entry!r} cannot be the name of an entry point: it is no C identifier")
    return Call(entry, _WORDS.pack(_NO_FILL if fill is None else fill, entry.encode()))
