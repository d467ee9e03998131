# SPDX-License-Identifier: Apache-2.0
"""The channel target's file formats: native/channel/README.md, as declarations.

A test compares the two, table by table; rules here have the wording of that page.
What is not here is what needs a release: whether the types are those of its sensor.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

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
    fits,
    flags,
    index,
    integer,
    key,
    octets,
    offsets,
    part,
    reserved,
    same,
    size,
    total_size,
    u8,
    u16,
    u32,
    u64,
    union,
)

MAX_TYPES = 64
MAX_INPUTS = 64
MAX_INSTANCES = 4096
MAX_PROGRAMS = 1024
MAX_CLASSES = 1024
MAX_INSNS = 1024
MAX_FILE = 16 << 20
MAX_EVENTS = 64
"""Events that an entry point uses; the format does not limit their number."""


class InputKind(IntEnum):
    """What an input's values are."""

    BYTES = 1
    INTEGER = 2


class Severity(IntEnum):
    """How bad it is when an instance matches."""

    INFORMATIONAL = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class CriterionKind(IntEnum):
    """How a criterion judges a value."""

    ANY = 0
    EXACT = 1
    PREFIX = 2
    SUFFIX = 3
    SUBSTRING = 4
    GLOB = 5
    RANGE = 6
    PATTERN = 7


class CriterionFlags(IntFlag):
    """How a criterion compares."""

    NOCASE = 1


class Op(IntEnum):
    """The operations of pattern programs."""

    BYTE = 1
    ANY = 2
    CLASS = 3
    JUMP = 4
    SPLIT = 5
    ASSERT = 6
    MATCH = 7


class ValueKind(IntEnum):
    """What an event has for an input."""

    ABSENT = 0
    BYTES = 1
    INTEGER = 2


_INPUT_OF_CRITERION = {
    CriterionKind.EXACT: InputKind.BYTES,
    CriterionKind.PREFIX: InputKind.BYTES,
    CriterionKind.SUFFIX: InputKind.BYTES,
    CriterionKind.SUBSTRING: InputKind.BYTES,
    CriterionKind.GLOB: InputKind.BYTES,
    CriterionKind.RANGE: InputKind.INTEGER,
    CriterionKind.PATTERN: InputKind.BYTES,
}
_INPUT_OF_VALUE = {ValueKind.BYTES: InputKind.BYTES, ValueKind.INTEGER: InputKind.INTEGER}


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


class ByteClass(Record, title="class"):
    """A set of byte values."""

    bitmap: bytes = octets(
        32,
        rule="byte value *b* is in the set when bit *b* mod 8 of byte *b* div 8 is set",
    )


class Text(Record):
    """The bytes that a value is compared with."""

    size: int = size(u16, of="bytes_")
    bytes_: bytes = octets("size")


class Range(Record):
    """The numbers from `low` to `high`."""

    low: int = integer(u64)
    high: int = integer(u64, at_least="low", rule="at least low; both ends belong to the range")


class Pattern(Record):
    """A pattern program."""

    program: int = integer(u16, index("programs"), rule="index of a program of this file")


class Criterion(Record):
    """What an instance asks of one input; an input without a criterion is a wildcard."""

    input: int = integer(
        u16,
        index("type_id.inputs"),
        below="input_count",
        ascending=True,
        rule="index of an input, from 0, below input_count; strictly ascending in the instance",
    )
    kind: CriterionKind = enum(u8, CriterionKind, fits("input.kind", _INPUT_OF_CRITERION))
    flags: CriterionFlags = flags(
        u8,
        CriterionFlags,
        depends(
            "kind",
            {
                CriterionKind.EXACT: anything,
                CriterionKind.PREFIX: anything,
                CriterionKind.SUFFIX: anything,
                CriterionKind.SUBSTRING: anything,
                CriterionKind.GLOB: anything,
            },
        ),
        default=CriterionFlags(0),
        rule="bit 0 `nocase`: ASCII letters compare without case; only with kinds 1 to 5",
    )
    body: Text | Range | Pattern | None = union(
        "kind",
        {
            CriterionKind.ANY: None,
            CriterionKind.EXACT: Text,
            CriterionKind.PREFIX: Text,
            CriterionKind.SUFFIX: Text,
            CriterionKind.SUBSTRING: Text,
            CriterionKind.GLOB: Text,
            CriterionKind.RANGE: Range,
            CriterionKind.PATTERN: Pattern,
        },
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


class Number(Record):
    """An integer value."""

    number: int = integer(u64)


class Value(Record):
    """What an event has for one input."""

    kind: ValueKind = enum(u8, ValueKind, usual=fits("type_id.inputs.#.kind", _INPUT_OF_VALUE))
    body: Text | Number | None = union(
        "kind",
        {ValueKind.ABSENT: None, ValueKind.BYTES: Text, ValueKind.INTEGER: Number},
        rule="`absent` (empty); `bytes`: text; `integer`: number",
    )


class Event(Record):
    """What a sensor saw: one value for each input of its type."""

    type_id: int = integer(u32, usual=key("templates.types.type_id"), rule="a type of the release")
    value_count: int = count(
        u16,
        of="values",
        usual=same("type_id.input_count"),
        rule="the sensor supplies as many as its code says: "
        "fewer are filled up as absent, more are dropped",
    )
    values: list[Value] = array(Value, count="value_count")


class Events(Record):
    """What a sensor saw, in order."""

    magic: bytes = constant(b"GSEV")
    version: int = constant(1, u16)
    event_count: int = count(u16, of="events", rule=f"the first {MAX_EVENTS} are used")
    events: list[Event] = array(Event, count="event_count")


class Bundle(Record, root=True):
    """One testcase."""

    magic: bytes = constant(b"GSBD")
    templates_size: int = size(u32, of="templates", rule="bytes of the template file")
    channel_size: int = size(u32, of="channel", rule="bytes of the channel file")
    events_size: int = size(u32, of="events", rule="bytes of the events")
    templates: TemplateFile = part(
        TemplateFile, size="templates_size", rule="a template file", weight=0.01
    )
    channel: ChannelFile = part(ChannelFile, size="channel_size", rule="a channel file")
    events: Events = part(Events, size="events_size", rule="events")
