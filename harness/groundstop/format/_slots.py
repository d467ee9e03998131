# SPDX-License-Identifier: Apache-2.0
"""A record's fields as the parser and the builder go through them, worked out once a class.

Nearly all fields are integers: their width and byte order are at hand here, so that a
campaign that decodes thousands of testcases does not look them up for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from groundstop.format._spec import Field, IntegerField
from groundstop.format._wire import Order

__all__ = ["Slot", "slots_of"]


class Slot(NamedTuple):
    """One field: `size` is an integer's width in bytes, 0 for any other field.

    `known` takes an integer to the enumeration's member or the flags that it stands for.
    """

    attribute: str
    field: Field
    size: int
    order: Literal["little", "big"]
    known: Callable[[int], int] | None


def slots_of(fields: Iterable[Field], order: Order) -> tuple[Slot, ...]:
    """Return the slots of a record whose own byte order is `order`."""
    return tuple(
        Slot(field.attribute, field, field.wire.size, field.wire.order or order, _known(field))
        if isinstance(field, IntegerField)
        else Slot(field.attribute, field, 0, order, None)
        for field in fields
    )


def _known(field: IntegerField) -> Callable[[int], int] | None:
    """Return what names a value; those that are no member of an enumeration stay integers.

    Its own `_missing_` is not asked: in a file, such a value breaks the rule.
    """
    if field.enumeration is None:
        return field.flags
    members: dict[int, int] = {int(member): member for member in field.enumeration}
    return lambda value: members.get(value, value)
