# SPDX-License-Identifier: Apache-2.0
r"""Rules as text, and what their comments say for a test: the data to scan, and the matches.

Three kinds of comments, alone on their lines, mean something here and nothing to yara:

    // scan: "MZ\x90\x00"    bytes, as in Python; several lines are put together
    // expect: first second   the rules that match these, in the order of the text; or none
    // external: name = 5     a variable of whoever scans: an integer, a float, true, false or a
                              text, as in Python; this is its value until somebody defines another
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import SourceError, SourceLocation
from groundstop.files import read_text

__all__ = ["SUFFIXES", "External", "Source", "read_source"]

SUFFIXES = (".yar", ".yara")

_COMMENT = re.compile(r"\s*//\s*(scan|expect|external):(.*)")
_EXTERNAL = re.compile(r"\s*([A-Za-z_]\w*)\s*=(.*)")
_RULE = re.compile(r"\s*(?:(?:global|private)\s+)*rule\s+(\w+)")


External = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Source:
    """A text source; `expect` is None where it does not say, `lines` has each rule's, from 1.

    `externals` are the variables that the rules may use, with the values that they start with.
    """

    path: Path
    text: str
    data: bytes
    expect: tuple[str, ...] | None
    expect_line: int
    lines: dict[str, int]
    externals: dict[str, External]


def read_source(path: Path) -> Source:
    """Read a text source; raise SourceError for a comment that cannot be read."""
    text = read_text(path)
    data = b""
    expect: tuple[str, ...] | None = None
    expect_line = 0
    lines: dict[str, int] = {}
    externals: dict[str, External] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if rule := _RULE.match(line):
            lines.setdefault(rule[1], number)
        if (comment := _COMMENT.fullmatch(line)) is None:
            continue
        if comment[1] == "scan":
            data += _bytes(comment[2].strip(), SourceLocation(path, number))
        elif comment[1] == "external":
            name, value = _external(comment[2], SourceLocation(path, number))
            if name in externals:
                raise SourceError(f"{name} has a value already", SourceLocation(path, number))
            externals[name] = value
        else:
            expect = (*(expect or ()), *comment[2].split())
            expect_line = expect_line or number
    return Source(path, text, data, expect, expect_line, lines, externals)


def _bytes(text: str, where: SourceLocation) -> bytes:
    try:
        value = ast.literal_eval(f"b{text}")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        value = None
    if not isinstance(value, bytes):
        raise SourceError('is no bytes: write // scan: "…", with \\x.. as in Python', where)
    return value


def _external(text: str, where: SourceLocation) -> tuple[str, External]:
    found = _EXTERNAL.fullmatch(text)
    value = _external_value(found[2].strip()) if found else None
    if found is None or value is None:
        raise SourceError(
            'is no variable: write // external: name = 5, or 0.5, true, false, "text"', where
        )
    return found[1], value


def _external_value(text: str) -> External | None:
    if text in {"true", "false"}:
        return text == "true"
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if isinstance(value, str) and "\0" not in value:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(1 << 63) <= value < 1 << 63 else None
    return None
