# SPDX-License-Identifier: Apache-2.0
"""In which order a record's fields can be made: each after those that it depends on."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.format._domains import Depends, Domain, Index, Key, Same
from groundstop.format._hops import site_key
from groundstop.format._sites import Site, UnresolvedError, find
from groundstop.format._spec import Field, IntegerField, Role, UnionField


def drawing_order(site: Site) -> list[Field]:
    """Return the fields of a record, each behind those that it or what is in it refers to.

    Fields that refer to each other in a circle stay in the order of the bytes.
    """
    waiting = dict(site.record.__fields__)
    needs = {name: _needs(site, field) - {name} for name, field in waiting.items()}
    order: list[Field] = []
    while waiting:
        ready = next((name for name in waiting if not needs[name] & waiting.keys()), None)
        order.append(waiting.pop(ready if ready is not None else next(iter(waiting))))
    return order


def _needs(site: Site, field: Field) -> set[str]:
    names = set()
    here = site_key(site)
    for inside, inner in _fields_in(site, field):
        for path in _paths(inner):
            try:
                target = find(inside, path.partition(".")[0])
            except UnresolvedError:
                continue
            if site_key(target.site) == here:
                names.add(_source(target.field))
    return names


def _source(field: Field) -> str:
    """Return the field whose making settles a field: of a count, the array."""
    if isinstance(field, IntegerField) and field.role is Role.COUNT:
        return field.of
    return field.attribute


def _fields_in(site: Site, field: Field) -> Iterator[tuple[Site, Field]]:
    yield site, field
    for below in site.inside(field):
        for deeper in below.below():
            for inner in deeper.record.__fields__.values():
                yield deeper, inner


def _paths(field: Field) -> Iterator[str]:
    if isinstance(field, UnionField):
        yield field.tag
    if not isinstance(field, IntegerField):
        return
    for bound in (field.at_least, field.at_most, field.below):
        if isinstance(bound, str):
            yield bound
    for domain in (field.domain, field.usual):
        if domain is not None:
            yield from _domain_paths(domain)


def _domain_paths(domain: Domain) -> Iterator[str]:
    if isinstance(domain, Index | Same):
        yield domain.path
    elif isinstance(domain, Key):
        yield domain.table
    elif isinstance(domain, Depends):
        yield domain.on
        for _, case in domain.cases:
            yield from _domain_paths(case)
    elif hasattr(domain, "path"):
        yield domain.path
