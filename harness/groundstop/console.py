# SPDX-License-Identifier: Apache-2.0
"""The console: rich's, with texts that are fit to print and nothing in them that is obeyed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from groundstop.words import printable

__all__ = ["make_console"]

_USUAL_WIDTH = 80


class _Console(Console):
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text, style, control = segment
            # Control segments are rich's own: of a live display.
            yield segment if control else Segment(printable(text), style)


def make_console(stream: TextIO | None = None, *, quiet: bool = False) -> Console:
    """Return a console that prints to `stream`, by default to standard output.

    No string is taken for markup: what is to have a style is a `Text`.  Lines are left whole.
    """
    stream = stream or sys.stdout
    console = _Console(
        file=getattr(stream, "styled", stream),
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        quiet=quiet,
    )
    if console.width < 1:
        # COLUMNS=0, where nobody has set the size of a terminal: rich would print nothing.
        console.width = _USUAL_WIDTH
    return console
