# SPDX-License-Identifier: Apache-2.0
"""The channel file: instances, and the classes and programs that their criteria use."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import (
    MAX_CLASSES,
    MAX_INSTANCES,
    MAX_PROGRAMS,
    Severity,
)
from groundstop.targets.channel.model.criteria import Criterion, load_criterion
from groundstop.targets.channel.model.programs import Program, load_program
from groundstop.targets.channel.model.reader import Reader, open_file, require
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundstop.targets.channel.model.templates import Types

__all__ = ["Content", "Instance", "load_channel"]

_SEVERITIES = frozenset(Severity)
_CLASS_SIZE = 32


@dataclass(frozen=True, slots=True)
class Instance:
    """One detection; `first` is the number in the file of its first criterion."""

    instance_id: int
    type_id: int
    first: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What a sensor evaluates: the instances and programs of a channel file, in its order."""

    instances: tuple[Instance, ...]
    programs: tuple[Program, ...]


def load_channel(data: bytes, types: Types) -> Content:
    """Return what a channel file says, given its template file's types, or raise RefusedError."""
    reader, instance_count = open_file(data, b"GSCF")
    require(instance_count <= MAX_INSTANCES, Status.BAD_COUNT)
    reader.number(4)  # the channel's number, for people
    program_count = reader.number(2)
    require(program_count <= MAX_PROGRAMS, Status.BAD_COUNT)
    class_count = reader.number(2)
    require(class_count <= MAX_CLASSES, Status.BAD_COUNT)
    instance_offsets = _offsets(reader, instance_count)
    program_offsets = _offsets(reader, program_count)
    bitmaps = reader.take(_CLASS_SIZE * class_count)
    classes = [
        int.from_bytes(bitmaps[at : at + _CLASS_SIZE], "little")
        for at in range(0, len(bitmaps), _CLASS_SIZE)
    ]
    instances = _instances(reader, instance_offsets, types, program_count)
    programs: list[Program] = []
    insns = 0
    for offset in program_offsets:
        require(offset == reader.at, Status.BAD_OFFSET)
        programs.append(load_program(reader, insns, classes))
        insns += len(programs[-1])
    reader.finish()
    return Content(tuple(instances), tuple(programs))


def _offsets(reader: Reader, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}I", reader.take(4 * count))


def _instances(
    reader: Reader, offsets: Iterable[int], types: Types, program_count: int
) -> list[Instance]:
    instances: list[Instance] = []
    last = criteria = 0
    for offset in offsets:
        require(offset == reader.at, Status.BAD_OFFSET)
        instance = _instance(reader, last, criteria, types, program_count)
        instances.append(instance)
        last = instance.instance_id
        criteria += len(instance.criteria)
    return instances


def _instance(reader: Reader, last: int, first: int, types: Types, program_count: int) -> Instance:
    instance_id = reader.number(4)
    require(instance_id > last, Status.BAD_ORDER)
    type_id = reader.number(4)
    require(type_id in types, Status.BAD_REFERENCE)
    kinds = types[type_id]
    input_count = reader.number(2)
    require(input_count != 0, Status.BAD_COUNT)
    require(input_count == len(kinds), Status.COUNT_MISMATCH)
    criterion_count = reader.number(2)
    require(criterion_count <= input_count, Status.BAD_COUNT)
    require(reader.number(1) in _SEVERITIES, Status.BAD_VALUE)
    require(reader.number(1) == 0, Status.BAD_VALUE)
    reader.name()
    criteria: list[Criterion] = []
    for _ in range(criterion_count):
        after = criteria[-1].input if criteria else -1
        criteria.append(load_criterion(reader, after, kinds, program_count))
    return Instance(instance_id, type_id, first, tuple(criteria))
