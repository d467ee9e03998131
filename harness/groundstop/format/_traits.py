# SPDX-License-Identifier: Apache-2.0
"""What the mutator is told of a record beforehand, so that it can spare itself work."""

from __future__ import annotations

from groundstop.format._hops import site_key
from groundstop.format._sites import Site
from groundstop.format._spec import (
    ArrayField,
    Field,
    IntegerField,
    OctetsField,
    OffsetsField,
    RecordField,
    Role,
)
from groundstop.format._wire import Wire

_PATCHED, _RULED, _COMPUTED, _LOCAL, _PLACED = 1, 2, 4, 8, 16


def record_flags(
    site: Site, ruled: set[tuple[object, ...]], placed: set[tuple[object, ...]]
) -> int:
    """Return gsm_record_flag of table.h; `ruled` and `placed` are the keys of sites."""
    own = site.record.__fields__.values()
    inside = any(site_key(below) in ruled for below in site.below())
    flags = _RULED if inside else 0
    flags |= _PATCHED if any(_patched(site, field) for field in own) else 0
    below = [(deeper, f) for deeper in site.below() for f in deeper.record.__fields__.values()]
    flags |= _COMPUTED if any(_patched(*place) for place in below) else 0
    flags |= _PLACED if site_key(site) in placed else 0
    return flags | (_LOCAL if all(_judged_alone(field) for _, field in below) else 0)


def is_limited(site: Site, field: Field) -> bool:
    """Return whether a field's size or count has limits that are not those of its wire."""
    if isinstance(field, ArrayField) and (field.last or field.count is not None):
        return True
    measure = field.size if isinstance(field, OctetsField) else None
    limits = site.record.__fields__[measure] if isinstance(measure, str) else None
    return isinstance(limits, IntegerField) and (limits.at_least, limits.at_most) != (0, None)


def _judged_alone(field: Field) -> bool:
    """Return whether what is asked of a field can be judged by its own value."""
    if isinstance(field, IntegerField):
        bounds = (field.at_least, field.at_most, field.below)
        return field.domain is None and not any(isinstance(bound, str) for bound in bounds)
    if isinstance(field, ArrayField) and not isinstance(field.item, Wire):
        inner = field.item.__fields__.values()
        ascending = any(isinstance(f, IntegerField) and f.ascending for f in inner)
        return not field.last and not ascending
    return True


def _patched(site: Site, field: Field) -> bool:
    """Return whether the field's value is known only when its whole record is written."""
    if isinstance(field, OffsetsField):
        return True
    if not isinstance(field, IntegerField):
        return False
    sized = site.record.__fields__.get(field.of) if field.role is Role.SIZE else None
    return field.role in {Role.TOTAL, Role.CHECKSUM} or isinstance(sized, RecordField)
