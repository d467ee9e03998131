# SPDX-License-Identifier: Apache-2.0
"""What a path leads to in values: the run-time counterpart of `_sites`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.format._domains import Index, Key
from groundstop.format._spec import ArrayField, Field, IntegerField, Role

if TYPE_CHECKING:
    from groundstop.format._record import Record


@dataclass(slots=True, eq=False)
class Scope:
    """A record and what it stands in: `parent`'s field `via`, as its element `index`."""

    record: Record
    parent: Scope | None = None
    via: Field | None = None
    index: int = 0

    def owner(self, name: str) -> Scope | None:
        """Return the nearest scope, from here outwards, whose record has that field."""
        scope: Scope | None = self
        while scope is not None and name not in type(scope.record).__fields__:
            scope = scope.parent
        return scope

    @property
    def position(self) -> int | None:
        """The index of the innermost array element that the record is, or is in."""
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope.via, ArrayField):
                return scope.index
            scope = scope.parent
        return None


@dataclass(slots=True)
class Place:
    """A value, the field that holds it and the scope of that field's record."""

    value: object
    field: Field
    scope: Scope


def lookup(scope: Scope, path: str) -> Place | None:
    """Follow a path; None where it leads out of the data, or to what was not decoded."""
    first, *rest = path.split(".")
    owner = scope.owner(first)
    place = None if owner is None else _field_of(owner, first)
    for name in rest:
        if place is None:
            return None
        if name == "#":
            place = _element(place, scope.position)
        else:
            record = record_at(place)
            place = None if record is None else _field_of(record, name)
    return place


def lookup_integer(scope: Scope, path: str | int | None) -> int | None:
    """Return a bound: the number itself, or the integer that a path leads to, if any."""
    if not isinstance(path, str):
        return path
    place = lookup(scope, path)
    return place.value if place is not None and isinstance(place.value, int) else None


def lookup_table(scope: Scope, domain: Index | Key) -> Place | None:
    """Return the array that a reference is into; its value is a list."""
    place = lookup(scope, domain.path if isinstance(domain, Index) else domain.table)
    return place if place is not None and isinstance(place.value, list) else None


def find_index(table: Place, domain: Index | Key, value: int) -> int | None:
    """Return the index of the element that a reference of this value means."""
    elements = table.value if isinstance(table.value, list) else []
    if isinstance(domain, Index):
        return value if value < len(elements) else None
    for position, element in enumerate(elements):
        if getattr(element, "__dict__", {}).get(domain.field) == value:
            return position
    return None


def record_at(place: Place) -> Scope | None:
    """Return the record that a place holds, or that the reference in it means."""
    from groundstop.format._record import Record

    if isinstance(place.value, Record):
        inside = isinstance(place.field, ArrayField)
        return place.scope if inside else Scope(place.value, place.scope, place.field)
    if not isinstance(place.field, IntegerField) or not isinstance(place.value, int):
        return None
    domain = place.field.reference
    if not isinstance(domain, Index | Key):
        return None
    table = lookup_table(place.scope, domain)
    position = None if table is None else find_index(table, domain, place.value)
    element = None if table is None else _element(table, position)
    return None if element is None else record_at(element)


def _field_of(scope: Scope, name: str) -> Place | None:
    field = type(scope.record).__fields__.get(name)
    value = scope.record.__dict__.get(name)
    if value is None and isinstance(field, IntegerField) and field.role is Role.COUNT:
        elements = scope.record.__dict__.get(field.of)
        value = len(elements) if isinstance(elements, list) else None
    return None if field is None or value is None else Place(value, field, scope)


def _element(array: Place, position: int | None) -> Place | None:
    from groundstop.format._record import Record

    if not isinstance(array.value, list) or position is None or position >= len(array.value):
        return None
    value = array.value[position]
    if isinstance(value, Record):
        return Place(value, array.field, Scope(value, array.scope, array.field, position))
    return Place(value, array.field, array.scope)
