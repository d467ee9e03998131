# SPDX-License-Identifier: Apache-2.0
"""The table's sections of references: paths, their steps, domains and their cases."""

from __future__ import annotations

import struct

from groundstop.format._domains import (
    Anything,
    Between,
    Depends,
    Domain,
    Fits,
    Index,
    Key,
    Same,
)
from groundstop.format._hops import element_of, hops_of, site_key
from groundstop.format._sites import Site, Target, UnresolvedError, resolve, table_of
from groundstop.format._spec import ArrayField, IntegerField, Role
from groundstop.format._wire import Wire

NONE = 0xFFFFFFFF
"""Says in a table that there is no field, record, path or domain."""

MAX64 = (1 << 64) - 1

_DOMAIN = struct.Struct("<6I2Q")
_DOMAIN_CASE = struct.Struct("<2Q2I")
_PAIR = struct.Struct("<2I")

_KINDS: dict[type[Domain], int] = {
    Anything: 0,
    Between: 1,
    Index: 2,
    Key: 3,
    Same: 4,
    Fits: 5,
    Depends: 6,
}


class References:
    """Collects what fields refer to; methods return numbers within the sections."""

    def __init__(self) -> None:
        self.placed: set[tuple[object, ...]] = set()
        self.targets: set[tuple[object, ...]] = set()
        self.domains: list[bytes] = []
        self.cases: list[bytes] = []
        self.paths: list[bytes] = []
        self.hops: list[bytes] = []

    def path(self, site: Site, path: int | str | None) -> int:
        """Return the number of a path, or none where it leads out of this format."""
        if not isinstance(path, str):
            return NONE
        try:
            self.target(resolve(site, path))
        except UnresolvedError:
            return NONE
        hops = hops_of(site, path)
        if "#" in path.split("."):
            self.placed.add(site_key(element_of(site)))
        self.paths.append(_PAIR.pack(len(self.hops), len(hops)))
        self.hops += [_PAIR.pack(*hop) for hop in hops]
        return len(self.paths) - 1

    def target(self, target: Target) -> None:
        """Remember that others refer to a field: through its count, to the array itself."""
        field = target.field
        if isinstance(field, IntegerField) and field.role is Role.COUNT:
            field = target.site.record.__fields__[field.of]
        self.targets.add((site_key(target.site), field.attribute))

    def domain(self, site: Site, domain: Domain) -> int:
        path, key_field, low, high = NONE, 0, 0, MAX64
        cases: list[bytes] = []
        if isinstance(domain, Between):
            low, high = domain.low, domain.high
        elif isinstance(domain, Index):
            path = self.path(site, domain.path)
        elif isinstance(domain, Key):
            path = self.path(site, domain.table)
            if path != NONE:
                target, key = table_of(site, domain)
                if isinstance(target.field, ArrayField) and not isinstance(target.field.item, Wire):
                    names = list(target.field.item.__fields__.values())
                    key_field = names.index(key) if key is not None else 0
        elif isinstance(domain, Same | Fits):
            path = self.path(site, domain.path)
            if isinstance(domain, Fits):
                cases = [_DOMAIN_CASE.pack(value, need, 0, 0) for value, need in domain.needs]
        elif isinstance(domain, Depends):
            key_field = list(site.record.__fields__).index(domain.on)
            cases = [
                _DOMAIN_CASE.pack(value, 0, self.domain(site, case), 0)
                for value, case in domain.cases
            ]
        if path == NONE and isinstance(domain, Index | Key | Same | Fits):
            domain = Anything()
        first = len(self.cases)
        self.cases += cases
        self.domains.append(
            _DOMAIN.pack(_KINDS[type(domain)], path, key_field, first, len(cases), 0, low, high)
        )
        return len(self.domains) - 1
