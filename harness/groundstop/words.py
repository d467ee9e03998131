# SPDX-License-Identifier: Apache-2.0
"""How people read a number of things: of inputs first of all."""

from __future__ import annotations

__all__ = ["counted"]


def counted(count: int, thing: str, things: str = "") -> str:
    """Return `1 input`, `0 inputs`, `1,000 inputs`; `things` is a plural that is not formed so."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"
