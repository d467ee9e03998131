# SPDX-License-Identifier: Apache-2.0
"""The instructions of a pattern program, as native/channel/README.md ("insn") has them."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from groundstop.targets.channel.formats import MAX_INSNS, Op

__all__ = ["MAX_INSNS", "Condition", "Insn", "Op"]


class Condition(IntEnum):
    """What an ASSERT instruction asks of the position in the value."""

    START = 1
    END = 2
    LINE_START = 3
    LINE_END = 4
    LAST_LINE_END = 5
    WORD_BOUNDARY = 6
    NO_WORD_BOUNDARY = 7


class Insn(NamedTuple):
    """One instruction; fields that the operation does not use are 0."""

    op: Op
    arg: int = 0
    x: int = 0
    y: int = 0
