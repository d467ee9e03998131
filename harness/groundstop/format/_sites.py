# SPDX-License-Identifier: Apache-2.0
"""Places in a format: a record class where it stands, and what paths from there lead to.

A format is a finite tree of places, because a record cannot contain itself; so every
path is resolved once, when the class is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.errors import DeclarationError
from groundstop.format._domains import Domain, Index, Key
from groundstop.format._spec import ArrayField, Field, IntegerField, RecordField, UnionField
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._record import Record


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A record class at one place: inside `parent`, as the content of its field `via`."""

    record: type[Record]
    parent: Site | None = None
    via: Field | None = None

    def inside(self, field: Field) -> Iterator[Site]:
        """Yield the places right below a field: none, one, or one for each union case."""
        if isinstance(field, ArrayField) and not isinstance(field.item, Wire):
            yield Site(field.item, self, field)
        elif isinstance(field, RecordField):
            yield Site(field.record, self, field)
        elif isinstance(field, UnionField):
            for case in dict.fromkeys(field.cases.values()):
                if case is not None:
                    yield Site(case, self, field)

    def below(self) -> Iterator[Site]:
        """Yield this place and all below it, in the order of the declaration."""
        yield self
        for field in self.record.__fields__.values():
            for site in self.inside(field):
                yield from site.below()

    def ancestor(self, levels: int) -> Site:
        """Return the place `levels` records further out."""
        site = self
        for _ in range(levels):
            if site.parent is None:
                raise IndexError(levels)
            site = site.parent
        return site


class UnresolvedError(Exception):
    """A path's first name is in no record around: an enclosing class may have it."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a path leads to: a field at a place (for `#`: the elements of an array field)."""

    site: Site
    field: Field
    element: bool = False


def find(site: Site, name: str) -> Target:
    """Find the nearest record, from `site` outwards, with a field of that name."""
    here: Site | None = site
    while here is not None:
        field = here.record.__fields__.get(name)
        if field is not None:
            return Target(here, field)
        here = here.parent
    raise UnresolvedError(name)


def resolve(site: Site, path: str) -> Target:
    """Follow a path from a record's place; raise DeclarationError where it leads nowhere."""
    first, *rest = path.split(".")
    target = find(site, first)
    for name in rest:
        target = _step(target, name, path)
    return target


def _step(target: Target, name: str, path: str) -> Target:
    field = target.field
    if name == "#":
        if not isinstance(field, ArrayField) or target.element:
            raise DeclarationError(f"{path}: {field.name} is no array")
        return Target(target.site, field, element=True)
    record = _record_at(target, path)
    found = record.record.__fields__.get(name)
    if found is None:
        raise DeclarationError(f"{path}: {record.record.__name__} has no field {name}")
    return Target(record, found)


def _record_at(target: Target, path: str) -> Site:
    field = target.field
    if isinstance(field, RecordField):
        return Site(field.record, target.site, field)
    if isinstance(field, ArrayField):
        if not target.element:
            raise DeclarationError(f"{path}: {field.name} is an array; which element?")
        if isinstance(field.item, Wire):
            raise DeclarationError(f"{path}: the elements of {field.name} are integers")
        return Site(field.item, target.site, field)
    if isinstance(field, IntegerField) and isinstance(field.reference, Index | Key):
        array, _ = table_of(target.site, field.reference)
        if isinstance(array.field, ArrayField) and not isinstance(array.field.item, Wire):
            return Site(array.field.item, array.site, array.field)
    raise DeclarationError(f"{path}: {field.name} is no record and refers to none")


def table_of(site: Site, domain: Domain) -> tuple[Target, Field | None]:
    """Return the array that an Index or Key refers to, and the key field."""
    if isinstance(domain, Index):
        target = resolve(site, domain.path)
        _must_be_array(target, domain.path)
        return target, None
    if not isinstance(domain, Key):
        raise TypeError(domain)
    if not domain.table:
        raise DeclarationError(f"{domain.path}: a key is the name of an array, a dot, and a field")
    target = resolve(site, domain.table)
    item = _must_be_array(target, domain.table).item
    field = None if isinstance(item, Wire) else item.__fields__.get(domain.field)
    if not isinstance(field, IntegerField):
        raise DeclarationError(f"{domain.path}: the elements have no integer field {domain.field}")
    return target, field


def _must_be_array(target: Target, path: str) -> ArrayField:
    if not isinstance(target.field, ArrayField) or target.element:
        raise DeclarationError(f"{path}: {target.field.name} is no array")
    return target.field
