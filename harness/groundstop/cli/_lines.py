# SPDX-License-Identifier: Apache-2.0
"""Long lines: wrapped at words on a terminal, and left whole for whatever reads a pipe."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

__all__ = ["print_hanging"]

# Columns.  Below this, wrapped text is harder to read than lines that the terminal breaks.
_NARROWEST = 24


def print_hanging(console: Console, head: str | Text, body: str | Text) -> None:
    """Print `head`, and behind it `body`; on a terminal its further lines begin below the first.

    A body of several lines has each of them wrapped so.
    """
    start = Text(head) if isinstance(head, str) else head
    lines = list((Text(body) if isinstance(body, str) else body).split(allow_blank=True))
    width = console.width - start.cell_len
    if console.is_terminal and width >= _NARROWEST:
        lines = [part for line in lines for part in line.wrap(console, width) or [line]]
    for line in lines:
        row = start + line
        row.rstrip()
        console.print(row, soft_wrap=True)
        start = Text(" " * start.cell_len)
