# SPDX-License-Identifier: Apache-2.0
"""The template file: what the authors of content had in mind."""

from __future__ import annotations

from groundstop.format import (
    Record,
    array,
    checksum,
    constant,
    count,
    enum,
    integer,
    octets,
    size,
    total_size,
    u8,
    u16,
    u32,
)
from groundstop.targets.channel.formats.vocabulary import MAX_FILE, MAX_INPUTS, MAX_TYPES, InputKind


class Input(Record):
    """One input of a template type."""

    kind: InputKind = enum(u8, InputKind)
    name_size: int = size(u8, of="name", at_least=1)
    name: bytes = octets("name_size")


class TemplateType(Record, title="type"):
    """A capability that a sensor's code may have: a list of inputs."""

    type_id: int = integer(
        u32, at_least=1, ascending=True, rule="not 0; strictly ascending in the file"
    )
    input_count: int = count(u16, of="inputs", at_least=1, at_most=MAX_INPUTS)
    name_size: int = size(u8, of="name", at_least=1)
    name: bytes = octets("name_size")
    inputs: list[Input] = array(Input, count="input_count")


class TemplateFile(Record, title="template file"):
    """What the authors of content had in mind."""

    magic: bytes = constant(b"GSTF")
    version: int = constant(1, u16)
    type_count: int = count(u16, of="types", at_most=MAX_TYPES)
    size: int = total_size(
        u32, at_most=MAX_FILE, rule="size of the file in bytes, checksum included"
    )
    types: list[TemplateType] = array(TemplateType, count="type_count")
    checksum: int = checksum(u32, rule="of all bytes before it")
