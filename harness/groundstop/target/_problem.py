# SPDX-License-Identifier: Apache-2.0
"""One reason why content must not ship, and its place."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.errors import SourceLocation

__all__ = ["Problem", "blank_problem", "location_text"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why content must not ship.

    `rule` is a short stable word for the rule that is broken, `where` the place in the
    text source, or for a binary file a field and its offset; `remedy` says what to do.
    `excerpt` shows the place in the text, where there is one (see groundstop.excerpt);
    `outcome` is set where the problem is an outcome of an element.
    """

    rule: str
    message: str
    where: SourceLocation | str
    remedy: str = ""
    excerpt: str = ""
    outcome: int | None = None


def location_text(where: SourceLocation | str) -> str:
    """Return a problem's place as people read it: `path:line:column`, or field and offset."""
    return where.place if isinstance(where, SourceLocation) else where


def blank_problem(given: bytes) -> Problem | None:
    """Return what is wrong with a file that has nothing in it: it is empty, or zeros alone."""
    if any(given):
        return None
    message = "the file is empty"
    if given:
        message = f"all {len(given)} bytes are zero, as after a write that never reached the disk"
    remedy = "take the file from where it was built, and check how it was copied"
    return Problem("format", message, "file, byte 0", remedy)
