# SPDX-License-Identifier: Apache-2.0
"""A record as the table that stands in the format's document: field, type, rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from groundstop.format._spec import (
    ArrayField,
    Field,
    IntegerField,
    OctetsField,
    OffsetsField,
    RecordField,
    Role,
    UnionField,
)
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._record import Record

_TIMES = "\N{MULTIPLICATION SIGN}"


class Row(NamedTuple):
    """One field; `phrases` are what the rule must say because the declaration enforces it."""

    field: str
    type: str
    rule: str
    phrases: tuple[str, ...]


def specification(cls: type[Record]) -> list[Row]:
    """Return the rows of a record's table, in the order of the bytes."""
    return [_row(cls, field) for field in cls.__fields__.values()]


def _row(cls: type[Record], field: Field) -> Row:
    phrases = tuple(_phrases(field))
    return Row(field.name, _type(cls, field), field.rule or "; ".join(phrases), phrases)


def _type(cls: type[Record], field: Field) -> str:
    what = ""
    if isinstance(field, IntegerField):
        what = str(field.wire)
    elif isinstance(field, OctetsField) or (isinstance(field, RecordField) and field.is_part):
        what = "bytes to the end" if field.size is None else f"{field.size} bytes"
    elif isinstance(field, ArrayField):
        item = str(field.item) if isinstance(field.item, Wire) else field.item.__title__
        what = f"{item} to the end" if field.count is None else f"{item} {_TIMES} {field.count}"
    elif isinstance(field, OffsetsField):
        target = cls.__fields__[field.to]
        count = target.count if isinstance(target, ArrayField) else None
        what = f"{field.wire} {_TIMES} {count}"
    elif isinstance(field, RecordField):
        what = field.record.__title__
    elif isinstance(field, UnionField):
        what = f"by {field.tag}"
    return what


def _phrases(field: Field) -> Iterator[str]:
    if isinstance(field, OctetsField) and field.constant is not None:
        yield "0" if field.reserved else f"`{field.constant.decode('latin-1')}`"
    if not isinstance(field, IntegerField):
        return
    if field.role is Role.CONSTANT:
        yield str(field.constant)
    if field.role is Role.RESERVED:
        yield "0"
    if field.enumeration is not None:
        yield ", ".join(f"{int(m)} `{m.name.lower()}`" for m in field.enumeration)
    for member in field.flags or ():
        yield f"bit {int(member).bit_length() - 1} `{(member.name or '').lower()}`"
    yield from _bounds(field)
    if field.ascending:
        yield "strictly ascending"


def _bounds(field: IntegerField) -> Iterator[str]:
    low, high = field.at_least, field.at_most
    if high is None and low == 1:
        yield f"1 to {field.wire.maximum}" if field.wire.size == 1 else "not 0"
    elif low and high is not None:
        yield f"{low} to {high}"
    elif low:
        yield f"at least {low}"
    elif high is not None and field.role is not Role.TOTAL:
        yield f"at most {high}"
    if field.below is not None:
        yield f"below {field.below}"
