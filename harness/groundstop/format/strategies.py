# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies of declared formats: files that keep every rule, by construction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import reject
from hypothesis import strategies as st

from groundstop.format._domains import Between, Depends, Domain, Index, Key, Same
from groundstop.format._feasible import Planned, is_feasible
from groundstop.format._order import drawing_order
from groundstop.format._rules import broken
from groundstop.format._scope import Scope, lookup_integer, lookup_table
from groundstop.format._sites import Site
from groundstop.format._spec import (
    ArrayField,
    Field,
    IntegerField,
    OctetsField,
    RecordField,
    Role,
    UnionField,
)
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from groundstop.format._record import Record

__all__ = ["from_format"]

R = TypeVar("R", bound="Record")


def from_format(
    cls: type[R],
    *,
    max_elements: int = 4,
    max_octets: int = 24,
    given: Mapping[str, SearchStrategy[object]] | None = None,
) -> SearchStrategy[R]:
    """Return a strategy of records of `cls` that `cls.parse(record.build())` accepts.

    References lead to what is there, also across the parts of a bundle.  Arrays have at
    most `max_elements` elements and bytes at most `max_octets` over their least size,
    unless the format asks for more.  Fields of `cls` that are `given` are drawn from there.
    """
    chosen = given or {}

    @st.composite
    def records(draw: DrawFn) -> R:
        maker = _Maker(draw, max_elements, max_octets)
        record = cls.__new__(cls)
        fixed = {name: draw(strategy) for name, strategy in chosen.items()}
        maker.fill(record, Site(cls), Scope(record), fixed)
        return record

    return records()


class _Maker:
    def __init__(self, draw: DrawFn, max_elements: int, max_octets: int) -> None:
        self.draw = draw
        self.max_elements = max_elements
        self.max_octets = max_octets
        self.planned: Planned = {}

    def fill(self, record: Record, site: Site, scope: Scope, given: dict[str, object]) -> None:
        """Draw the fields that are not `given`, each after those that it depends on.

        Of a tuple that is given one value is drawn, if what depends on it allows.
        """
        values = record.__dict__
        for field in drawing_order(site):
            if field.derived:
                continue
            fixed = given.get(field.attribute)
            if fixed is not None and not isinstance(fixed, tuple):
                values[field.attribute] = fixed
            else:
                values[field.attribute] = self.field(field, site, scope, fixed)
        for name in type(record).__fields__:  # dict order is the order of the bytes again
            if name in values:
                values[name] = values.pop(name)

    def field(
        self, field: Field, site: Site, scope: Scope, among: tuple[int, ...] | None
    ) -> object:
        if isinstance(field, IntegerField):
            return self.integer(field, scope, among)
        if isinstance(field, OctetsField):
            return self.octets(field, scope)
        if isinstance(field, ArrayField):
            return self.array(field, site, scope)
        if isinstance(field, RecordField):
            return self.record(field.record, field, site, scope)
        if isinstance(field, UnionField):
            tag = scope.record.__dict__[field.tag]
            if tag not in field.cases:
                reject()
            case = field.cases[tag]
            return None if case is None else self.record(case, field, site, scope)
        raise TypeError(field)

    def record(self, cls: type[Record], field: Field, site: Site, scope: Scope) -> Record:
        made = cls.__new__(cls)
        self.fill(made, Site(cls, site, field), Scope(made, scope, field), {})
        return made

    def octets(self, field: OctetsField, scope: Scope) -> bytes:
        low, high = field.fixed, field.fixed
        if isinstance(field.size, str):
            measure = type(scope.record).__fields__[field.size]
            low, high = self.limits(measure, scope)
        elif field.size is None:
            high = self.max_octets
        return self.draw(st.binary(min_size=low, max_size=min(high, low + self.max_octets)))

    def limits(self, measure: Field, scope: Scope) -> tuple[int, int]:
        """Return the bounds of an integer without its domain."""
        if not isinstance(measure, IntegerField):
            raise TypeError(measure)
        low = lookup_integer(scope, measure.at_least)
        high = lookup_integer(scope, measure.at_most)
        below = lookup_integer(scope, measure.below)
        highest = measure.wire.maximum if high is None else min(high, measure.wire.maximum)
        return low or 0, highest if below is None else min(highest, below - 1)

    def bounds(self, field: IntegerField, domain: Domain | None, scope: Scope) -> tuple[int, int]:
        low, high = self.limits(field, scope)
        if isinstance(domain, Between):
            return max(low, domain.low), min(high, domain.high)
        if isinstance(domain, Index):
            table = lookup_table(scope, domain)
            if table is not None and isinstance(table.value, list):
                high = min(high, self.planned.get(id(table.value), len(table.value)) - 1)
        return low, high

    def integer(self, field: IntegerField, scope: Scope, among: tuple[int, ...] | None) -> int:
        domain = field.reference
        if isinstance(domain, Depends):
            domain = domain.case(scope.record.__dict__[domain.on])
        if among is not None or field.enumeration is not None:
            members = among or field.members
            fitting = [m for m in members if self.is_possible(field, m, scope)]
            if not fitting:
                reject()
            value = self.draw(st.sampled_from(fitting))
            return value if field.enumeration is None else field.enumeration(value)
        if field.flags is not None:
            bits = self.draw(st.sets(st.sampled_from(field.members)))
            value = field.flags(sum(bits))
            return value if self.is_possible(field, value, scope) else field.flags(0)
        referred = self.referred(domain, scope)
        if referred is not None:
            return referred
        low, high = self.bounds(field, domain, scope)
        if low > high:
            reject()
        return self.draw(st.integers(low, high))

    def referred(self, domain: Domain | None, scope: Scope) -> int | None:
        """Draw a key, or return what a value must be the same as; None for other domains."""
        if isinstance(domain, Same):
            return lookup_integer(scope, domain.path)
        table = lookup_table(scope, domain) if isinstance(domain, Key) else None
        if table is None or not isinstance(domain, Key) or not isinstance(table.value, list):
            return None
        if not table.value:
            reject()
        element = self.draw(st.sampled_from(table.value))
        return int(element.__dict__[domain.field])

    def is_possible(self, field: IntegerField, value: int, scope: Scope) -> bool:
        if any(broken(field, value, scope)) or any(broken(field, value, scope, usual=True)):
            return False
        return is_feasible(field, value, scope, self.planned)

    def array(self, field: ArrayField, site: Site, scope: Scope) -> list[object]:
        low, high = self.counts(field, site, scope)
        item = field.item
        made: list[object] = []
        if isinstance(item, Wire):
            numbers = st.integers(0, item.maximum)
            return list(self.draw(st.lists(numbers, min_size=low, max_size=high)))
        scope.record.__dict__[field.attribute] = made
        keys = self.keys(field, item, scope, low, high)
        count = len(keys) if keys is not None else self.draw(st.integers(low, high))
        self.planned[id(made)] = count
        for position in range(count):
            record = item.__new__(item)
            given: dict[str, object] = {}
            if position == count - 1:
                given.update(field.last)
            if keys is not None:
                given[_ascending(item)] = keys[position]
            inner = Scope(record, scope, field, position)
            self.fill(record, Site(item, site, field), inner, given)
            made.append(record)
        return made

    def counts(self, field: ArrayField, site: Site, scope: Scope) -> tuple[int, int]:
        """Return how few and how many elements to make."""
        if isinstance(field.count, int):
            return field.count, field.count
        low, high = 0, self.max_elements
        if field.count is not None:
            measure = site.record.__fields__[field.count]
            low, highest = self.limits(measure, scope)
            high = min(highest, low + self.max_elements)
            if isinstance(measure, IntegerField) and isinstance(measure.usual, Same):
                usual = lookup_integer(scope, measure.usual.path)
                if usual is not None:
                    return usual, usual
        if not isinstance(field.item, Wire):
            empty = field.item.__new__(field.item)
            if not is_feasible(field, None, Scope(empty, scope, field), self.planned):
                high = low
        return low, high

    def keys(
        self, field: ArrayField, item: type[Record], scope: Scope, low: int, high: int
    ) -> list[int] | None:
        """Draw the elements' ascending keys, all at once."""
        name = _ascending(item)
        key = item.__fields__.get(name)
        if not isinstance(key, IntegerField):
            return None
        inner = Scope(item.__new__(item), scope, field)
        least, most = self.bounds(key, key.reference, inner)
        high = min(high, max(most - least + 1, 0))
        if low > high:
            reject()
        numbers = st.integers(least, max(most, least))
        return sorted(self.draw(st.lists(numbers, min_size=low, max_size=high, unique=True)))


def _ascending(item: type[Record]) -> str:
    for name, field in item.__fields__.items():
        if isinstance(field, IntegerField) and field.ascending and field.role is Role.PLAIN:
            return name
    return ""
