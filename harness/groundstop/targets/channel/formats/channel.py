# SPDX-License-Identifier: Apache-2.0
"""The channel file: what ships."""

from __future__ import annotations

from groundstop.format import (
    Record,
    anything,
    array,
    between,
    checksum,
    constant,
    count,
    depends,
    enum,
    index,
    integer,
    key,
    octets,
    offsets,
    reserved,
    same,
    size,
    total_size,
    u8,
    u16,
    u32,
)
from groundstop.targets.channel.formats.criteria import Criterion
from groundstop.targets.channel.formats.vocabulary import (
    MAX_CLASSES,
    MAX_FILE,
    MAX_INSNS,
    MAX_INSTANCES,
    MAX_PROGRAMS,
    Op,
    Severity,
)


class ByteClass(Record, title="class"):
    """A set of byte values."""

    bitmap: bytes = octets(
        32,
        rule="byte value *b* is in the set when bit *b* mod 8 of byte *b* div 8 is set",
    )


class Instance(Record):
    """One detection: criteria over the inputs of a template type."""

    instance_id: int = integer(
        u32, at_least=1, ascending=True, rule="not 0; strictly ascending in the file"
    )
    type_id: int = integer(u32, key("templates.types.type_id"), rule="a type of the template file")
    input_count: int = integer(
        u16,
        same("type_id.input_count"),
        rule="that type's input_count: what the author believed",
    )
    criterion_count: int = count(u16, of="criteria", at_most="input_count")
    severity: Severity = enum(u8, Severity)
    reserved: int = reserved(u8)
    name_size: int = size(u8, of="name", at_least=1)
    name: bytes = octets("name_size")
    criteria: list[Criterion] = array(Criterion, count="criterion_count")


class Insn(Record):
    """One instruction of a pattern program."""

    op: Op = enum(u8, Op, rule="see the table of operations")
    arg: int = integer(
        u8,
        depends("op", {Op.BYTE: anything, Op.ASSERT: between(1, 7)}),
        default=0,
        rule="as the table says, else 0",
    )
    x: int = integer(
        u16,
        depends(
            "op",
            {Op.CLASS: index("classes"), Op.JUMP: index("insns"), Op.SPLIT: index("insns")},
        ),
        default=0,
        rule="as the table says, else 0",
    )
    y: int = integer(
        u16,
        depends("op", {Op.SPLIT: index("insns")}),
        default=0,
        rule="as the table says, else 0",
    )


class Program(Record):
    """A regular expression as the content compiler translated it."""

    insn_count: int = count(u16, of="insns", at_least=1, at_most=MAX_INSNS)
    reserved: int = reserved(u16)
    insns: list[Insn] = array(
        Insn,
        count="insn_count",
        last={"op": (Op.JUMP, Op.SPLIT, Op.MATCH)},
        rule="the last one is `jump`, `split` or `match`",
    )


class ChannelFile(Record, title="channel file"):
    """What ships: template instances."""

    magic: bytes = constant(b"GSCF")
    version: int = constant(1, u16)
    instance_count: int = count(u16, of="instances", at_most=MAX_INSTANCES)
    size: int = total_size(
        u32, at_most=MAX_FILE, rule="size of the file in bytes, checksum included"
    )
    channel: int = integer(u32, rule="the channel's number, for people")
    program_count: int = count(u16, of="programs", at_most=MAX_PROGRAMS)
    class_count: int = count(u16, of="classes", at_most=MAX_CLASSES)
    instance_offsets: list[int] = offsets(
        u32, to="instances", rule="from the file's start to each instance"
    )
    program_offsets: list[int] = offsets(
        u32, to="programs", rule="from the file's start to each program"
    )
    classes: list[ByteClass] = array(ByteClass, count="class_count")
    instances: list[Instance] = array(
        Instance, count="instance_count", rule="in the order of instance_offsets"
    )
    programs: list[Program] = array(
        Program, count="program_count", rule="in the order of program_offsets"
    )
    checksum: int = checksum(u32, rule="of all bytes before it")
