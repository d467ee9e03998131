# SPDX-License-Identifier: Apache-2.0
"""When a criterion is true, and what finding that out costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionKind
from groundstop.targets.channel.model.programs import Program, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundstop.targets.channel.model.criteria import Criterion
    from groundstop.targets.channel.model.fuel import Fuel

__all__ = ["Value", "is_true"]

Value = bytes | int | None
"""Of one input: a byte string, a number, or absent."""

_STAR, _QUESTION = b"*?"


def is_true(
    criterion: Criterion,
    value: Value,
    programs: Sequence[Program],
    fuel: Fuel,
    executed: set[int],
) -> bool:
    """Evaluate a criterion; add to `executed` the numbers of the instructions that ran."""
    if criterion.kind is CriterionKind.ANY:
        return True
    if value is None:
        return False
    if isinstance(value, int):
        return criterion.low <= value <= criterion.high
    if criterion.kind is CriterionKind.PATTERN:
        return search(programs[criterion.program], value, fuel, executed)
    return _compare(criterion, value.lower() if criterion.nocase else value, fuel)


def _compare(criterion: Criterion, value: bytes, fuel: Fuel) -> bool:
    text = criterion.text
    match criterion.kind:
        case CriterionKind.EXACT:
            return len(text) == len(value) and _equals(text, value, fuel)
        case CriterionKind.PREFIX:
            return len(text) <= len(value) and _equals(text, value[: len(text)], fuel)
        case CriterionKind.SUFFIX:
            return len(text) <= len(value) and _equals(text, value[len(value) - len(text) :], fuel)
        case CriterionKind.SUBSTRING:
            return _contains(text, value, fuel)
    return _glob(text, value, fuel)


def _equals(text: bytes, part: bytes, fuel: Fuel) -> bool:
    fuel.spend(len(text))
    return text == part


def _contains(text: bytes, value: bytes, fuel: Fuel) -> bool:
    for start in range(len(value) - len(text) + 1):
        for wanted, found in zip(text, value[start : start + len(text)], strict=True):
            fuel.spend(1)
            if wanted != found:
                break
        else:
            return True
    return False


def _glob(text: bytes, value: bytes, fuel: Fuel) -> bool:
    g = v = 0
    remembered: tuple[int, int] | None = None  # where in the text a `*` was, and where the value
    while v < len(value):
        fuel.spend(1)
        if g < len(text) and text[g] == _STAR:
            remembered = g, v
            g += 1
        elif g < len(text) and text[g] in {_QUESTION, value[v]}:
            g += 1
            v += 1
        elif remembered is not None:
            star, place = remembered
            remembered = star, place + 1
            g, v = star + 1, place + 1
        else:
            return False
    while g < len(text) and text[g] == _STAR:
        fuel.spend(1)
        g += 1
    return g == len(text)
