# SPDX-License-Identifier: Apache-2.0
"""An excerpt shows a place in a text: the line with its number, and a marker below it."""

from __future__ import annotations

import unicodedata

__all__ = ["excerpt", "fit_to_show"]

_WIDTH = 100  # of the text that is shown: what fits a terminal
_BEFORE = 60  # of it, what stands before the place


def excerpt(line: str, number: int, column: int, end: int = 0) -> str:
    """Return two lines: `line`, and `^` below its 1-based columns `column` to before `end`.

    A line that is too long is cut on both sides.  Whatever the text contains, the marker
    stands below the place, and nothing reaches a terminal that steers it.
    """
    at = min(max(column - 1, 0), len(line))
    start = max(0, at - _BEFORE)
    if len(line) <= _WIDTH:
        start = 0
    shown = line[start : start + _WIDTH]
    head = "…" if start else ""
    tail = "…" if start + _WIDTH < len(line) else ""
    marked = max(1, min(end - column, start + len(shown) - at))
    text = f"{head}{fit_to_show(shown)}{tail}".rstrip()
    pad = "".join(_blank(character) for character in head + fit_to_show(line[start:at]))
    return f"{number:6} | {text}\n       | {pad}{'^' * marked}"


def fit_to_show(text: str) -> str:
    """Return `text` with every character that shows nothing, or steers a terminal, as `�`."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    return "�" if unicodedata.category(character)[0] in "CZ" and character != " " else character


def _blank(character: str) -> str:
    """Return blank space as wide as a character is in a terminal."""
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
