# SPDX-License-Identifier: Apache-2.0
"""Whether a record can be made where it would stand: whether what it refers to is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.format._domains import Depends, Domain, Index, Key
from groundstop.format._scope import Scope, lookup_integer, lookup_table
from groundstop.format._spec import ArrayField, Field, IntegerField, RecordField, UnionField
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._record import Record

Planned = dict[int, int]
"""How many elements lists that are being made will have, by id()."""


def is_feasible(field: Field, value: int | None, scope: Scope, planned: Planned) -> bool:
    """Return whether a field can have a value, by what depends on it in its record.

    Of an array: whether an element, whose (empty) scope is given, can be made.
    """
    if isinstance(field, ArrayField):
        return _record(type(scope.record), scope, planned)
    for sibling in type(scope.record).__fields__.values():
        if isinstance(sibling, UnionField) and sibling.tag == field.attribute:
            case = None if value is None else sibling.cases.get(value)
            if case is not None and not _inside(case, sibling, scope, planned):
                return False
        elif (
            isinstance(sibling, IntegerField)
            and isinstance(sibling.domain, Depends)
            and sibling.domain.on == field.attribute
            and value is not None
            and not _domain(sibling.domain.case(value), scope, planned)
        ):
            return False
    return True


def _inside(cls: type[Record], via: Field, scope: Scope, planned: Planned) -> bool:
    return _record(cls, Scope(cls.__new__(cls), scope, via), planned)


def _record(cls: type[Record], scope: Scope, planned: Planned) -> bool:
    return all(_field(field, scope, planned) for field in cls.__fields__.values())


def _field(field: Field, scope: Scope, planned: Planned) -> bool:
    if isinstance(field, IntegerField):
        if field.enumeration is not None:
            return any(is_feasible(field, m, scope, planned) for m in field.members)
        return field.reference is None or _domain(field.reference, scope, planned)
    if isinstance(field, RecordField):
        return _inside(field.record, field, scope, planned)
    if isinstance(field, ArrayField) and not isinstance(field.item, Wire):
        return not _least(field, scope) or _inside(field.item, field, scope, planned)
    return True


def _least(field: ArrayField, scope: Scope) -> int:
    if not isinstance(field.count, str):
        return field.count or 0
    measure = type(scope.record).__fields__[field.count]
    least = measure.at_least if isinstance(measure, IntegerField) else 0
    return lookup_integer(scope, least) or 0


def _domain(domain: Domain, scope: Scope, planned: Planned) -> bool:
    if not isinstance(domain, Index | Key):
        return True
    table = lookup_table(scope, domain)
    if table is None or not isinstance(table.value, list):
        return True
    return planned.get(id(table.value), len(table.value)) > 0
