# SPDX-License-Identifier: Apache-2.0
r"""Rules as text, and what their comments say for a test: the data to scan, and the matches.

Two kinds of comments, alone on their lines, mean something here and nothing to yara:

    // scan: "MZ\x90\x00"    bytes, as in Python; several lines are put together
    // expect: first second   the rules that match these, in the order of the text; or none
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import SourceError, SourceLocation
from groundstop.files import read_text

__all__ = ["SUFFIX", "Source", "read_source"]

SUFFIX = ".yar"

_COMMENT = re.compile(r"\s*//\s*(scan|expect):(.*)")
_RULE = re.compile(r"\s*(?:(?:global|private)\s+)*rule\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Source:
    """A text source; `expect` is None where it does not say, `lines` has each rule's, from 1."""

    path: Path
    text: str
    data: bytes
    expect: tuple[str, ...] | None
    expect_line: int
    lines: dict[str, int]


def read_source(path: Path) -> Source:
    """Read a text source; raise SourceError for a comment that cannot be read."""
    text = read_text(path)
    data = b""
    expect: tuple[str, ...] | None = None
    expect_line = 0
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if rule := _RULE.match(line):
            lines.setdefault(rule[1], number)
        if (comment := _COMMENT.fullmatch(line)) is None:
            continue
        if comment[1] == "scan":
            data += _bytes(comment[2].strip(), SourceLocation(path, number))
        else:
            expect = (*(expect or ()), *comment[2].split())
            expect_line = expect_line or number
    return Source(path, text, data, expect, expect_line, lines)


def _bytes(text: str, where: SourceLocation) -> bytes:
    try:
        value = ast.literal_eval(f"b{text}")
    except (SyntaxError, ValueError):
        value = None
    if not isinstance(value, bytes):
        raise SourceError('is no bytes: write // scan: "…", with \\x.. as in Python', where)
    return value
