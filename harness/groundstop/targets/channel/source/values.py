# SPDX-License-Identifier: Apache-2.0
"""Read the values that criteria and events have in common: byte strings, numbers, input names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeGuard

from groundstop.targets.channel.source.document import Table, quoted, words
from groundstop.targets.channel.source.mistakes import FollowsError
from groundstop.words import near

if TYPE_CHECKING:
    from groundstop.targets.channel.source.model import TypeText

__all__ = ["MAX_NUMBER", "MAX_TEXT", "byte_string", "input_index", "is_integer", "number"]

MAX_TEXT = 0xFFFF  # the size of a text is a u16
MAX_NUMBER = (1 << 64) - 1


def is_integer(value: object) -> TypeGuard[int]:
    """Tell integers from booleans, which Python takes for integers."""
    return isinstance(value, int) and not isinstance(value, bool)


def number(table: Table, key: str) -> int:
    """Return an unsigned 64-bit number."""
    return table.integer(key, 0, 64)


def byte_string(table: Table, key: str) -> bytes:
    """Return a string as UTF-8, or the bytes of `{ hex = "c3 28" }`; at most 65535 of them."""
    written = table.values[key]
    if isinstance(written, str):
        data = written.encode()
    elif isinstance(written, dict):
        inner = table.table(key)
        inner.close(("hex",))
        if written and "hex" not in written:
            raise FollowsError
        digits = inner.string("hex")
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            bad = re.search(r"[^0-9A-Fa-f\s]", digits)
            why = f"{bad[0]!r} is no digit" if bad else "two digits make a byte"
            raise inner.error(f"not hexadecimal: {why}", "hex") from None
    else:
        raise table.error(f'must be a string or {{ hex = "..." }}, not {words(written)}', key)
    if len(data) > MAX_TEXT:
        raise table.error(f"at most {MAX_TEXT} bytes fit here, not {len(data)}", key)
    return data


def input_index(table: Table, name: str, of: TypeText) -> int:
    """Return the position of the input `name` among the type's inputs."""
    names = [entry.name for entry in of.inputs]
    if name.encode() not in names:
        hint = near(name, (entry.decode() for entry in names))
        of_type = of.name.decode()
        raise table.key_error(f"type {of_type} has no input {quoted(name)} ({hint})", name)
    return names.index(name.encode())
