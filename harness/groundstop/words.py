# SPDX-License-Identifier: Apache-2.0
"""How people read things: numbers of them, names, hostile ones too, and lines to paste."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable

__all__ = [
    "bounded",
    "counted",
    "near",
    "nearest",
    "one_line",
    "printable",
    "shell_line",
    "visible",
]

# Longer names are no slips of the pen, and comparing them takes its time.
_LONGEST_NAME = 64
_SHOWN_NAMES = 12
# How a line begins that a CI system obeys: GitHub's `::warning::`, after blanks as well, and
# the older `##[warning]` and `##vso[`, wherever in the line.
_CI_COMMAND = re.compile(r"^([^\S\n]*):(?=:)|#(?=#(?:\[|vso\[))", re.MULTILINE)
# Characters of one message: what is longer nobody reads, and a log may refuse it.
_MESSAGE_LIMIT = 8_000
_LAST_ASCII = 0x7E


def counted(count: int, thing: str, things: str = "") -> str:
    """Return `1 input`, `0 inputs`, `1,000 inputs`; `things` is a plural that is not formed so."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return which of the `known` names was probably meant; empty where none is like it."""
    # Slow to import, and most commands find no mistake.
    from difflib import get_close_matches

    if len(name) > _LONGEST_NAME:
        return ""
    folded = {each.casefold(): each for each in reversed(list(known))}
    close = get_close_matches(name.casefold(), folded, 1)
    return folded[close[0]] if close else ""


def near(name: str, known: Iterable[str]) -> str:
    """Return which of the `known` names was probably meant, or which there are.

    `did you mean high?`, `known: low, high`, and of many names the first; of none `there is none`.
    """
    names = list(known)
    if not names:
        return "there is none"
    if meant := nearest(name, names):
        return f"did you mean {meant}?"
    more = ", …" if len(names) > _SHOWN_NAMES else ""
    return f"known: {', '.join(names[:_SHOWN_NAMES])}{more}"


def visible(text: str) -> str:
    r"""Return text of which everything is seen, where it stands.

    Control characters, what is invisible or changes the direction, other separators of lines
    and lone surrogates become escapes as Python writes them (`\x1b`, `\u202e`).  Line feeds
    and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)


def printable(text: str) -> str:
    r"""Return text that a terminal or a log shows as it is, and does not obey.

    It is `visible`, and of what a CI system takes for a command the first character is escaped.
    """
    text = visible(text)
    if "::" in text or "##" in text:
        text = _CI_COMMAND.sub(lambda m: f"{m[1]}\\x3a" if m[0].endswith(":") else "\\x23", text)
    return text


def one_line(text: object) -> str:
    """Return what is a name or a single line as `printable` does, its line feeds visible, too."""
    return printable(str(text).replace("\n", "\\n").replace("\t", "\\t"))


def bounded(text: str, limit: int = _MESSAGE_LIMIT) -> str:
    """Return text of at most about `limit` characters: its beginning, its end, and what is out."""
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 4, limit // 4
    left_out = f" … {len(text) - head - tail:,} more characters … "
    return f"{text[:head]}{left_out}{text[-tail:]}"


def shell_line(words: Iterable[str]) -> str:
    """Return the line that passes `words` to a command, to paste into a shell.

    A word that cannot be printed as it is stands in bash's `$'…'`, byte by byte.
    """
    return " ".join(_shell_word(word) for word in words)


def _shell_word(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    plain = "".join(
        chr(byte)
        if chr(byte).isprintable() and byte <= _LAST_ASCII and chr(byte) not in "\\'"
        else f"\\{byte:03o}"
        for byte in os.fsencode(word)
    )
    return f"$'{plain}'"
