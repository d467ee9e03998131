# SPDX-License-Identifier: Apache-2.0
"""How people read a number of things, and which name they probably meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["counted", "near", "nearest"]

# Longer names are no slips of the pen, and comparing them takes its time.
_LONGEST_NAME = 64
_SHOWN_NAMES = 12


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
