# SPDX-License-Identifier: Apache-2.0
"""The template file: which inputs each type has, by its authors, and whether the release agrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import MAX_INPUTS, MAX_TYPES, InputKind
from groundstop.targets.channel.model.reader import Reader, open_file, require
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from groundstop.targets.channel.releases import SuppliedInput, SuppliedRelease

__all__ = ["Types", "load_templates"]

Types = Mapping[int, tuple[int, ...]]
"""The kinds of a type's inputs, by type_id."""

_KINDS = frozenset(InputKind)


def load_templates(data: bytes, release: SuppliedRelease) -> Types:
    """Return the types of a template file, or raise RefusedError."""
    reader, type_count = open_file(data, b"GSTF")
    require(type_count <= MAX_TYPES, Status.BAD_COUNT)
    types: dict[int, tuple[int, ...]] = {}
    last = 0
    for _ in range(type_count):
        type_id = reader.number(4)
        require(type_id > last, Status.BAD_ORDER)
        known = release.find_type(type_id)
        types[type_id] = _inputs(reader, None if known is None else known.inputs)
        last = type_id
    reader.finish()
    return types


def _inputs(reader: Reader, supplied: tuple[SuppliedInput, ...] | None) -> tuple[int, ...]:
    """Read a type behind its id; `supplied` is None where the release does not have it."""
    input_count = reader.number(2)
    require(1 <= input_count <= MAX_INPUTS, Status.BAD_COUNT)
    require(supplied is None or input_count == len(supplied), Status.COUNT_MISMATCH)
    reader.name()
    return tuple(
        _kind(reader, None if supplied is None else supplied[index]) for index in range(input_count)
    )


def _kind(reader: Reader, supplied: SuppliedInput | None) -> int:
    kind = reader.number(1)
    require(kind in _KINDS, Status.BAD_VALUE)
    if supplied is None:
        reader.name()
        return kind
    require(kind == InputKind[supplied.kind.upper()], Status.KIND_MISMATCH)
    require(reader.name() == supplied.name.encode(), Status.NAME_MISMATCH)
    return kind
