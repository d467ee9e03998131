# SPDX-License-Identifier: Apache-2.0
"""A criterion as a channel file has it: one input, and what is asked of its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionFlags, CriterionKind, InputKind
from groundstop.targets.channel.model.reader import require
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from groundstop.targets.channel.model.reader import Reader

__all__ = ["Criterion", "load_criterion"]

_ON_BYTES = frozenset(
    {
        CriterionKind.EXACT,
        CriterionKind.PREFIX,
        CriterionKind.SUFFIX,
        CriterionKind.SUBSTRING,
        CriterionKind.GLOB,
        CriterionKind.PATTERN,
    }
)
_FLAGS = (0, CriterionFlags.NOCASE)
_WITH_TEXT = _ON_BYTES - {CriterionKind.PATTERN}


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an instance asks of the input with number `input`; other fields as `kind` needs them.

    `text` is already in lower case where the comparison is without case.
    """

    input: int
    kind: CriterionKind
    nocase: bool = False
    text: bytes = b""
    low: int = 0
    high: int = 0
    program: int = 0


def load_criterion(
    reader: Reader, after: int, kinds: tuple[int, ...], program_count: int
) -> Criterion:
    """Read the criterion that follows one on input `after`; `kinds` are those of the inputs."""
    index = reader.number(2)
    require(index < len(kinds), Status.BAD_REFERENCE)
    require(index > after, Status.BAD_ORDER)
    number = reader.number(1)
    require(number <= max(CriterionKind), Status.BAD_VALUE)
    kind = CriterionKind(number)
    if kind is not CriterionKind.ANY:
        need = InputKind.BYTES if kind in _ON_BYTES else InputKind.INTEGER
        require(kinds[index] == need, Status.KIND_MISMATCH)
    flags = reader.number(1)
    require(flags in _FLAGS if kind in _WITH_TEXT else flags == 0, Status.BAD_VALUE)
    if kind in _WITH_TEXT:
        text = reader.take(reader.number(2))
        return Criterion(index, kind, bool(flags), text.lower() if flags else text)
    if kind is CriterionKind.RANGE:
        low, high = reader.number(8), reader.number(8)
        require(low <= high, Status.BAD_VALUE)
        return Criterion(index, kind, low=low, high=high)
    if kind is CriterionKind.PATTERN:
        program = reader.number(2)
        require(program < program_count, Status.BAD_REFERENCE)
        return Criterion(index, kind, program=program)
    return Criterion(index, kind)
