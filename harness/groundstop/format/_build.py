# SPDX-License-Identifier: Apache-2.0
"""The builder: values to bytes, with counts, sizes, offsets and checksums put right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.errors import EncodeError
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


@dataclass(slots=True)
class _Written:
    """Where a record's fields begin and end in the output."""

    start: int
    spans: dict[str, tuple[int, int]]
    elements: dict[str, list[int]]


class _Writer:
    def __init__(self, *, fix: bool) -> None:
        self.out = bytearray()
        self.fix = fix

    def put(self, wire: Wire, order: str, value: object, path: str) -> None:
        self.out += self.encoded(wire, order, value, path)

    def encoded(self, wire: Wire, order: str, value: object, path: str) -> bytes:
        if not isinstance(value, int):
            raise EncodeError(f"{value!r} is no integer", field=path)
        if not 0 <= value <= wire.maximum:
            raise EncodeError(f"{value} does not fit {wire}", field=path)
        return value.to_bytes(wire.size, "big" if (wire.order or order) == "big" else "little")

    def record(self, record: Record, path: str) -> _Written:
        written = _Written(len(self.out), {}, {})
        values = record.__dict__
        derived = []
        for attribute, field, size, order, _ in type(record).__layout__:
            at = len(self.out)
            value = values.get(attribute)
            is_computed = field.derived and not self.stored(record, field)
            if is_computed:
                derived.append(field)
            if size and not is_computed and isinstance(value, int) and 0 <= value < 1 << 8 * size:
                # Nearly all fields: no words are made for the error that there is not.
                self.out += value.to_bytes(size, order)
            else:
                name = f"{path}.{field.name}" if path else field.name
                self.field(record, field, name, written)
            written.spans[attribute] = (at, len(self.out))
        for field in derived:
            start, _ = written.spans[field.attribute]
            raw = self.derived(record, field, written, path)
            self.out[start : start + len(raw)] = raw
        return written

    def stored(self, record: Record, field: Field) -> bool:
        return not self.fix and field.attribute in record.__dict__

    def field(self, record: Record, field: Field, path: str, written: _Written) -> None:
        order = type(record).__order__
        value = record.__dict__.get(field.attribute)
        if field.derived and not self.stored(record, field):
            self.out += bytes(_room(record, field))
        elif value is None and not isinstance(field, UnionField):
            raise EncodeError("has no value", field=path)
        elif isinstance(field, IntegerField):
            self.put(field.wire, order, value, path)
        elif isinstance(field, OctetsField):
            self.octets(field, value, path)
        elif isinstance(field, OffsetsField):
            for offset in _list(value, path):
                self.put(field.wire, order, offset, path)
        elif isinstance(field, ArrayField):
            written.elements[field.attribute] = self.array(field, value, order, path)
        elif isinstance(field, RecordField):
            self.record(_instance(value, field.record, path), path)
        elif isinstance(field, UnionField):
            self.union(record, field, value, path)

    def octets(self, field: OctetsField, value: object, path: str) -> None:
        if not isinstance(value, bytes | bytearray):
            raise EncodeError(f"{value!r} is no bytes", field=path)
        if isinstance(field.size, int) and len(value) != field.size:
            raise EncodeError(f"has {len(value)} bytes, must have {field.size}", field=path)
        self.out += value

    def array(self, field: ArrayField, value: object, order: str, path: str) -> list[int]:
        elements = _list(value, path)
        if isinstance(field.count, int) and len(elements) != field.count:
            raise EncodeError(f"has {len(elements)} elements, must have {field.count}", field=path)
        starts = []
        for position, element in enumerate(elements):
            starts.append(len(self.out))
            here = f"{path}[{position}]"
            if isinstance(field.item, Wire):
                self.put(field.item, order, element, here)
            else:
                self.record(_instance(element, field.item, here), here)
        return starts

    def union(self, record: Record, field: UnionField, value: object, path: str) -> None:
        tag = record.__dict__.get(field.tag)
        if not isinstance(tag, int) or tag not in field.cases:
            raise EncodeError(f"no body is declared for {field.tag} {tag!s}", field=path)
        case = field.cases[tag]
        if case is not None:
            self.record(_instance(value, case, path), path)
        elif value is not None:
            raise EncodeError(f"{field.tag} {tag!s} has no body", field=path)

    def derived(self, record: Record, field: Field, written: _Written, path: str) -> bytes:
        order = type(record).__order__
        name = f"{path}.{field.name}" if path else field.name
        if isinstance(field, OctetsField):
            return field.constant or b""
        if isinstance(field, OffsetsField):
            starts = written.elements.get(field.to, [])
            return b"".join(
                self.encoded(field.wire, order, start - written.start, name) for start in starts
            )
        if not isinstance(field, IntegerField):
            return b""
        value = field.constant
        if field.role is Role.COUNT:
            value = len(_list(record.__dict__.get(field.of), name))
        elif field.role is Role.SIZE:
            start, end = written.spans[field.of]
            value = end - start
        elif field.role is Role.TOTAL:
            value = len(self.out) - written.start
        elif field.role is Role.CHECKSUM and field.algorithm is not None:
            first = written.spans[field.first][0] if field.first else written.start
            end = written.spans[field.attribute][0]
            value = field.algorithm.compute(bytes(self.out[first:end]))
        return self.encoded(field.wire, order, value, name)


def _room(record: Record, field: Field) -> int:
    """Return the bytes that a derived field takes."""
    if isinstance(field, IntegerField):
        return field.wire.size
    if isinstance(field, OctetsField):
        return field.fixed
    if isinstance(field, OffsetsField):
        return field.wire.size * len(_list(record.__dict__.get(field.to), field.to))
    return 0


def _list(value: object, path: str) -> list[object]:
    if not isinstance(value, list | tuple):
        raise EncodeError(f"{value!r} is no list", field=path)
    return list(value)


def _instance(value: object, cls: type[Record], path: str) -> Record:
    if not isinstance(value, cls):
        raise EncodeError(f"{value!r} is no {cls.__name__}", field=path)
    return value


def build(record: Record, *, fix: bool) -> bytes:
    """Encode a record; see Record.build."""
    writer = _Writer(fix=fix)
    writer.record(record, "")
    return bytes(writer.out)


def computed(record: Record, field: Field) -> object:
    """Return what `build` would write for a derived field."""
    writer = _Writer(fix=True)
    written = writer.record(record, "")
    start, end = written.spans[field.attribute]
    raw = bytes(writer.out[start:end])
    wire = getattr(field, "wire", None)
    if wire is None:
        return raw
    order = "big" if (wire.order or type(record).__order__) == "big" else "little"
    values = [
        int.from_bytes(raw[at : at + wire.size], "big" if order == "big" else "little")
        for at in range(0, len(raw), wire.size)
    ]
    return values if isinstance(field, OffsetsField) else values[0]
