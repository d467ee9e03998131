# SPDX-License-Identifier: Apache-2.0
"""A path as steps from node to node, as the mutator follows it (gsm_hop in table.h)."""

from __future__ import annotations

from groundstop.format._sites import Site, Target, find, resolve
from groundstop.format._spec import ArrayField, IntegerField

_UP, _FIELD, _DEREF, _SAME = range(4)

Hop = tuple[int, int]


def site_key(site: Site) -> tuple[object, ...]:
    """Return what is the same for two Sites that are the same place."""
    if site.parent is None or site.via is None:
        return ()
    return (*site_key(site.parent), site.via.attribute, site.record)


def hops_of(site: Site, path: str) -> list[Hop]:
    """Return the steps of a path that is known to resolve from a record's place."""
    names = path.split(".")
    target = find(site, names[0])
    hops: list[Hop] = []
    up = _nodes_up(site, target.site)
    if up:
        hops.append((_UP, up))
    hops.append((_FIELD, _number(target)))
    for position, name in enumerate(names[1:], 1):
        before = resolve(site, ".".join(names[:position]))
        if name == "#":
            hops.append((_SAME, _nodes_to_element(site)))
            continue
        if isinstance(before.field, IntegerField):
            hops.append((_DEREF, 0))
        target = resolve(site, ".".join(names[: position + 1]))
        hops.append((_FIELD, _number(target)))
    return hops


def _number(target: Target) -> int:
    return list(target.site.record.__fields__).index(target.field.attribute)


def _nodes_up(site: Site, to: Site) -> int:
    """Return the nodes between the one that holds a record and one further out."""
    nodes = 0
    here: Site | None = site
    while here is not None and here is not to:
        nodes += 2 if isinstance(here.via, ArrayField) else 1
        here = here.parent
    return nodes


def element_of(site: Site) -> Site:
    """Return the innermost element that a record is or is in; the root when it is in none."""
    while site.parent is not None and not isinstance(site.via, ArrayField):
        site = site.parent
    return site


def _nodes_to_element(site: Site) -> int:
    """Return the nodes between the one that holds a record and the element that it is in."""
    nodes = 0
    here: Site | None = site
    while here is not None and not isinstance(here.via, ArrayField):
        nodes += 1
        here = here.parent
    return nodes
