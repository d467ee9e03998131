# SPDX-License-Identifier: Apache-2.0
"""The mutator's table: a format as native/mutator/table.h lays it out, in one file.

Records are numbered in preorder, one for each place where a record class stands, so
every path is resolved here and followed there without a search.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from groundstop.format._check import least_size
from groundstop.format._hops import site_key
from groundstop.format._references import MAX64, NONE, References
from groundstop.format._sites import Site
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
from groundstop.format._traits import is_limited, record_flags
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._record import Record

__all__ = ["encode"]

_MAGIC = b"GSFT"
_VERSION = 1
_MASK_BITS = 64

_HEADER = struct.Struct("<4s11I")
_RECORD = struct.Struct("<4I")
_FIELD = struct.Struct("<20I4Q")
_CASE = struct.Struct("<Q2I")

_KINDS: dict[type[Field], int] = {
    IntegerField: 0,
    OctetsField: 1,
    ArrayField: 2,
    OffsetsField: 3,
    RecordField: 4,
    UnionField: 6,
}
_PART = 5
_FULL_WEIGHT = 1024
_BIG, _ASCENDING, _CHECK, _TARGET, _TAG, _HARD = (1 << bit for bit in range(6))


# The columns of gsm_field, in its order.
_BLANK = {
    **dict.fromkeys(("kind", "role", "width", "flags", "record"), 0),
    **dict.fromkeys(("child", "ref", "ref2"), NONE),
    **dict.fromkeys(("values_first", "values_count", "cases_first", "cases_count"), 0),
    **dict.fromkeys(("path_least", "path_most", "path_below", "domain"), NONE),
    **dict.fromkeys(("weight", "fixed", "octets", "algorithm"), 0),
    "low": 0,
    "high": MAX64,
    "constant": 0,
    "member_mask": 0,
}


class _Bounds(NamedTuple):
    low: int
    high: int
    least: int
    most: int
    below: int


def encode(cls: type[Record]) -> bytes:
    """Return the table of a format; GROUNDSTOP_FORMAT_TABLE names the file that holds it."""
    return _Encoder(cls).encode()


class _Encoder:
    def __init__(self, cls: type[Record]) -> None:
        self.sites = list(Site(cls).below())
        self.numbers = {site_key(site): number for number, site in enumerate(self.sites)}
        self.references = References()
        self.cases: list[bytes] = []
        self.values: list[int] = []
        self.octets = bytearray()

    def encode(self) -> bytes:
        rows = [
            (site, field, self.field(site, field))
            for site in self.sites
            for field in site.record.__fields__.values()
        ]
        for site, field, row in rows:
            if (site_key(site), field.attribute) in self.references.targets:
                row["flags"] |= _TARGET
        fields = [_FIELD.pack(*row.values()) for _, _, row in rows]
        ruled = {
            site_key(site)
            for site, field, row in rows
            if row["flags"] & _CHECK or is_limited(site, field)
        }
        records, first = [], 0
        for site in self.sites:
            own = list(site.record.__fields__.values())
            records.append(
                _RECORD.pack(
                    first,
                    len(own),
                    least_size(site.record),
                    record_flags(site, ruled, self.references.placed),
                )
            )
            first += len(own)
        refs = self.references
        sections = [records, fields, self.cases, refs.domains, refs.cases]
        sections += [refs.paths, refs.hops, [value.to_bytes(8, "little") for value in self.values]]
        counts = [len(section) for section in sections]
        body = b"".join(_padded(b"".join(section)) for section in sections)
        body += _padded(bytes(self.octets))
        size = _HEADER.size + len(body)
        return _HEADER.pack(_MAGIC, _VERSION, size, *counts, len(self.octets)) + body

    def field(self, site: Site, field: Field) -> dict[str, int]:
        row = dict(_BLANK)
        row["kind"] = _kind(field)
        row["record"] = self.numbers[site_key(site)]
        row["weight"] = _weight(field)
        if isinstance(field, IntegerField):
            self.integer(site, field, row)
        elif isinstance(field, OctetsField):
            row["fixed"] = field.fixed
            row["ref"] = _local(site, field.size)
            if field.constant is not None:
                row["role"] = Role.CONSTANT.value
                row["octets"] = len(self.octets)
                self.octets += field.constant
        elif isinstance(field, ArrayField):
            self.array(site, field, row)
        elif isinstance(field, OffsetsField):
            row["ref"] = _local(site, field.to)
            _wire(row, field.wire, site)
        elif isinstance(field, RecordField):
            row["child"] = self.number(site, field, field.record)
            row["ref"] = _local(site, field.size)
        elif isinstance(field, UnionField):
            row["ref"] = _local(site, field.tag)
            row["cases_first"] = len(self.cases)
            row["cases_count"] = len(field.cases)
            for tag, case in field.cases.items():
                number = NONE if case is None else self.number(site, field, case)
                self.cases.append(_CASE.pack(tag, number, 0))
        return row

    def number(self, site: Site, field: Field, record: type[Record]) -> int:
        return self.numbers[site_key(Site(record, site, field))]

    def integer(self, site: Site, field: IntegerField, row: dict[str, int]) -> None:
        _wire(row, field.wire, site)
        row["role"] = field.role.value
        row["ref"] = _local(site, field.of or field.first)
        row["constant"] = field.constant
        row["algorithm"] = field.algorithm.code if field.algorithm else 0
        members = (field.mask,) if field.flags is not None else field.members
        row["values_first"], row["values_count"] = len(self.values), len(members)
        if field.enumeration is not None and max(members) < _MASK_BITS:
            row["member_mask"] = sum(1 << member for member in set(members))
        self.values += members
        bounds = self.bounds(site, field)
        row["low"], row["high"] = bounds.low, bounds.high
        row["path_least"], row["path_most"] = bounds.least, bounds.most
        row["path_below"] = bounds.below
        reference = field.reference
        if reference is not None:
            row["domain"] = self.references.domain(site, reference)
        if field.ascending:
            row["flags"] |= _ASCENDING
        if field.domain is not None:
            row["flags"] |= _HARD
        if field.role.value <= Role.FLAGS.value:
            asked = members or row["domain"] != NONE or field.ascending
            anything = _Bounds(0, field.wire.maximum, NONE, NONE, NONE)
            row["flags"] |= _CHECK if asked or bounds != anything else 0
        tags = (f.tag for f in site.record.__fields__.values() if isinstance(f, UnionField))
        if field.attribute in tags:
            row["flags"] |= _TAG

    def bounds(self, site: Site, field: IntegerField) -> _Bounds:
        low = field.at_least if isinstance(field.at_least, int) else 0
        high = field.at_most if isinstance(field.at_most, int) else field.wire.maximum
        if isinstance(field.below, int):
            high = min(high, field.below - 1)
        limits = (field.at_least, field.at_most, field.below)
        return _Bounds(low, high, *(self.references.path(site, limit) for limit in limits))

    def array(self, site: Site, field: ArrayField, row: dict[str, int]) -> None:
        row["fixed"] = field.count if isinstance(field.count, int) else 0
        row["ref"] = _local(site, field.count)
        if isinstance(field.item, Wire):
            _wire(row, field.item, site)
            return
        row["child"] = self.number(site, field, field.item)
        item = list(field.item.__fields__.values())
        for local, inner in enumerate(item):
            if isinstance(inner, IntegerField) and inner.ascending:
                row["ref2"] = local
        row["cases_first"], row["cases_count"] = len(self.cases), len(field.last)
        for name, allowed in field.last.items():
            local = list(field.item.__fields__).index(name)
            self.cases.append(_CASE.pack(len(self.values) << 32 | len(allowed), local, 0))
            self.values += allowed


def _kind(field: Field) -> int:
    if isinstance(field, RecordField) and field.is_part:
        return _PART
    return _KINDS[type(field)]


def _weight(field: Field) -> int:
    """Return a weight as the table has it: 0 for never, 1024 for always."""
    return math.ceil(min(max(field.weight, 0), 1) * _FULL_WEIGHT)


def _local(site: Site, name: int | str | None) -> int:
    """Return the number of a sibling field within its record."""
    if not isinstance(name, str) or not name:
        return NONE
    return list(site.record.__fields__).index(name)


def _wire(row: dict[str, int], wire: Wire, site: Site) -> None:
    row["width"] = wire.size
    if (wire.order or site.record.__order__) == "big":
        row["flags"] |= _BIG


def _padded(section: bytes) -> bytes:
    return section + bytes(-len(section) % 8)
