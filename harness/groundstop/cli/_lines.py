# SPDX-License-Identifier: Apache-2.0
"""What commands print: lines that begin with our own words, and documents for programs.

No text that comes from outside (content, a name, a core's report) begins a line: a forged
`SHIP` would be read as the gate's.  On a terminal long lines are wrapped at words; what reads
a pipe gets them whole.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from groundstop.words import bounded, one_line, printable, shell_line

if TYPE_CHECKING:
    # Importing rich takes longer than --help may.
    from rich.console import Console
    from rich.text import Text

__all__ = [
    "print_block",
    "print_hanging",
    "say",
    "say_document",
    "say_path",
    "say_text",
]

# Columns.  Below this, wrapped text is harder to read than lines that the terminal breaks.
_NARROWEST = 24
_INDENT = "  "
# Characters of what is printed behind a head: more than that nobody reads.
_LONGEST = 2_000


def say(line: object = "", *, err: bool = False) -> None:
    """Print one line, whatever is in it."""
    _write(f"{one_line(line)}\n", err=err)


def say_path(path: str, *, indent: str = "") -> None:
    """Print a path on a line of its own, as a shell takes it."""
    say(f"{indent}{shell_line([path])}")


def say_document(document: object) -> None:
    """Print a JSON document, in ASCII alone."""
    _write(f"{json.dumps(document, indent=2)}\n")


def say_text(text: str, *, err: bool = False) -> None:
    """Print a text of several lines, as a toolchain or click has written it."""
    _write(text if text.endswith("\n") else f"{text}\n", err=err)


def print_block(console: Console, heading: str, text: str) -> None:
    """Print a text below a heading, indented, without a break in any line."""
    from rich.text import Text

    console.print(Text(f"\n{heading}", style="bold"))
    for line in text.split("\n"):
        console.print(Text(printable(f"{_INDENT}{line}".rstrip())), soft_wrap=True)


def print_hanging(console: Console, head: str | Text, body: str | Text) -> None:
    """Print `head`, and behind it `body`; on a terminal its further lines begin below the first.

    A body of several lines has each of them wrapped so.
    """
    from rich.text import Text

    start = Text(one_line(head)) if isinstance(head, str) else head
    plain = body if isinstance(body, str) else body.plain
    fit = printable(bounded(plain, _LONGEST))
    # What is hostile loses its styles.
    lines = list((body if isinstance(body, Text) and fit == plain else Text(fit)).split())
    below = start.cell_len or len(_INDENT)
    width = console.width - start.cell_len
    is_wrapped = console.is_terminal and width >= _NARROWEST
    for line in lines or [Text()]:
        for part in (line.wrap(console, width) or [line]) if is_wrapped else [line]:
            row = start + part
            row.rstrip()
            console.print(row, soft_wrap=True)
            start = Text(" " * start.cell_len)
        # With nothing before it a further line would begin where ours do.
        start = Text(" " * below)


def _write(text: str, *, err: bool = False) -> None:
    stream = sys.stderr if err else sys.stdout
    stream.write(text)
    # As it happens, and in order, also where the two go into one file.
    stream.flush()
