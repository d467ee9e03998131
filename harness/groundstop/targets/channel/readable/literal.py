# SPDX-License-Identifier: Apache-2.0
"""TOML literals for any bytes and names."""

from __future__ import annotations

import re

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

__all__ = ["bytes_literal", "key_literal", "name_literal", "string_literal"]

_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def string_literal(text: str) -> str:
    """Write a string: literally where that works, as paths want it, else with escapes."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code < 1 << 16 else f"\\U{code:08X}"


def bytes_literal(data: bytes) -> str:
    """Write a byte string: as text where it is UTF-8 and looks it, else as `{ hex = "..." }`."""
    try:
        if not _CONTROL.search(data):
            return string_literal(data.decode())
    except UnicodeDecodeError:
        pass
    return f'{{ hex = "{data.hex()}" }}'


def name_literal(name: bytes) -> str:
    """Write a name; one that is not UTF-8 with what stands for the wrong bytes."""
    return string_literal(name.decode(errors="backslashreplace"))


def key_literal(name: str) -> str:
    """Write a key: bare where it may be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else string_literal(name)
