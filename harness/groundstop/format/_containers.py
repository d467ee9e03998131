# SPDX-License-Identifier: Apache-2.0
"""The field specifiers of what holds bytes, elements and records; see `_fields`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from groundstop.format._spec import (
    DEFAULT_WEIGHT,
    MISSING,
    ArrayField,
    Missing,
    OctetsField,
    OffsetsField,
    RecordField,
    UnionField,
)
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._record import Record

    R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=int)


def octets(
    size: int | str | None = None,
    *,
    default: bytes | Missing = MISSING,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> bytes:
    """Declare bytes: `size` of them, or as many as that earlier sibling says, or all left."""
    return cast("bytes", OctetsField(size=size, default=default, rule=rule, weight=weight))


@overload
def array(
    item: type[R],
    *,
    count: int | str | None = None,
    last: Mapping[str, tuple[int, ...]] = ...,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> list[R]: ...
@overload
def array(
    item: Wire,
    *,
    count: int | str | None = None,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> list[int]: ...
def array(
    item: type[R] | Wire,
    *,
    count: int | str | None = None,
    last: Mapping[str, tuple[int, ...]] | None = None,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> list[R] | list[int]:
    """Declare elements: `count` of them, or as that earlier sibling says, or to the end.

    `last` restricts fields of the last element: `last={"op": (Op.RETURN,)}`.
    """
    field = ArrayField(
        item=item,
        count=count,
        last={name: tuple(map(int, values)) for name, values in (last or {}).items()},
        rule=rule,
        weight=weight,
    )
    return cast("list[R]", field)


def offsets(wire: Wire, *, to: str, init: Literal[False] = False, rule: str = "") -> list[int]:
    """Declare for each element of the later sibling array `to`, where it starts; computed.

    Counted in bytes from the start of the record that the table stands in.
    """
    del init
    return cast("list[int]", OffsetsField(wire=wire, to=to, rule=rule))


def record(item: type[R], *, rule: str = "", weight: float = DEFAULT_WEIGHT) -> R:
    """Declare one record in place."""
    return cast("R", RecordField(record=item, rule=rule, weight=weight))


def part(
    item: type[R], *, size: str | None = None, rule: str = "", weight: float = DEFAULT_WEIGHT
) -> R:
    """Declare a file in the file: `size` (an earlier sibling; default: all left) bytes of it.

    Damage inside a part ends the part, not what comes after it.
    """
    return cast("R", RecordField(record=item, is_part=True, size=size, rule=rule, weight=weight))


def union(
    tag: str,
    cases: Mapping[V, type[Record] | None],
    *,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> Any:  # noqa: ANN401 - the field's own annotation says which records
    """Declare the record that the earlier sibling `tag` chooses; None: an empty body."""
    chosen = {int(value): case for value, case in cases.items()}
    return UnionField(tag=tag, cases=chosen, rule=rule, weight=weight)
