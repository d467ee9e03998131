# SPDX-License-Identifier: Apache-2.0
"""What is in the buffers of compiled rules: the structures of libyara's types.h.

A pointer stands in the file as a reference, the number of a buffer and an offset in it.
Rules worded "never checked" are kept by libyara's own compiler, and its loader trusts that.
"""

from __future__ import annotations

from groundstop.format import (
    Record,
    array,
    constant,
    enum,
    flags,
    integer,
    octets,
    padding,
    record,
    reserved,
    u16,
    u32,
    u64,
    union,
)
from groundstop.targets.yara.vocabulary import (
    FILLING,
    NOWHERE,
    UNDEFINED,
    Buffer,
    ExternalType,
    MetaFlags,
    MetaType,
    Place,
    RuleFlags,
    StringFlags,
)

__all__ = [
    "Externals",
    "Matches",
    "Metas",
    "Namespaces",
    "Reference",
    "Relocation",
    "Rules",
    "Strings",
    "Summary",
]


class Offset(Record):
    """Where in its buffer a reference leads."""

    offset: int = integer(u32)


def _inside(buffer: Buffer) -> type[Offset]:
    """Return the offset of a reference into `buffer`."""

    class Inside(Offset, title="offset"):
        offset: int = integer(
            u32,
            at_most=f"{buffer.name.lower()}_size",
            rule="at most the size of that buffer; never checked",
        )

    return Inside


class Null(Offset, title="null"):
    """The offset of a null pointer."""

    offset: int = constant(NOWHERE, u32)


_INSIDE = {Place(buffer): _inside(buffer) for buffer in Buffer}


class Reference(Record):
    """A pointer, as it stands in the file."""

    buffer: Place = enum(u32, Place)
    target: Offset = union("buffer", {**_INSIDE, Place.NOWHERE: Null})


class Relocation(Record):
    """Where a pointer is: loading puts an address in the place of the reference there."""

    buffer: Buffer = enum(u32, Buffer)
    target: Offset = union("buffer", {Buffer(place): inside for place, inside in _INSIDE.items()})


class Namespace(Record):
    """YR_NAMESPACE."""

    name: Reference = record(Reference)
    index: int = integer(u32)
    reserved: int = reserved(u32)


class RuleBody(Record, title="rule"):
    """A YR_RULE behind its flags."""

    atom_count: int = integer(u32)
    required_strings: int = integer(u32, rule="0: its condition can be true without any")
    reserved: int = reserved(u32)
    identifier: Reference = record(Reference)
    tags: Reference = record(Reference)
    metas: Reference = record(Reference)
    strings: Reference = record(Reference)
    namespace: Reference = record(Reference)


class RuleEnd(Record, title="end"):
    """What libyara's compiler fills the `null` entry with."""

    filling: bytes = octets(52, default=FILLING * 52)


class Rule(Record):
    """YR_RULE."""

    flags: RuleFlags = flags(u32, RuleFlags)
    body: RuleBody | RuleEnd = union(
        "flags",
        {each: RuleEnd if each & RuleFlags.NULL else RuleBody for each in range(16)},
    )


class Meta(Record):
    """YR_META."""

    identifier: Reference = record(Reference)
    string: Reference = record(Reference)
    integer: int = integer(u64)
    type: MetaType = enum(u32, MetaType)
    flags: MetaFlags = flags(u32, MetaFlags)


class String(Record):
    """YR_STRING."""

    flags: StringFlags = flags(u32, StringFlags)
    index: int = integer(u32, rule="its own in the table; never checked")
    fixed_offset: int = integer(u64, default=UNDEFINED)
    rule_index: int = integer(u32, rule="of the rule that has it; never checked")
    length: int = integer(u32, rule="bytes of the string; never checked")
    string: Reference = record(Reference)
    chained_to: Reference = record(Reference)
    chain_gap_min: int = integer(u32)
    chain_gap_max: int = integer(u32)
    identifier: Reference = record(Reference)


class Variable(Record):
    """A YR_EXTERNAL_VARIABLE behind its type."""

    reserved: int = reserved(u32)
    value: int = integer(u64, rule="of a string: a reference")
    identifier: Reference = record(Reference)


class ExternalEnd(Record, title="end"):
    """What libyara's compiler fills the `null` entry with."""

    filling: bytes = octets(20, default=FILLING * 20)


class External(Record):
    """YR_EXTERNAL_VARIABLE."""

    type: ExternalType = enum(u32, ExternalType)
    body: Variable | ExternalEnd = union(
        "type",
        {each: Variable if each else ExternalEnd for each in ExternalType},
    )


class Match(Record):
    """YR_AC_MATCH."""

    string: Reference = record(Reference)
    forward_code: Reference = record(Reference)
    backward_code: Reference = record(Reference)
    next: Reference = record(Reference)
    backtrack: int = integer(u16)
    reserved: bytes = padding(6)


class Namespaces(Record):
    """Buffer 0."""

    entries: list[Namespace] = array(Namespace)


class Rules(Record):
    """Buffer 1."""

    entries: list[Rule] = array(Rule, rule="one more than there are: the last is `null`")


class Metas(Record):
    """Buffer 2."""

    entries: list[Meta] = array(Meta)


class Strings(Record):
    """Buffer 3."""

    entries: list[String] = array(String)


class Externals(Record):
    """Buffer 4."""

    entries: list[External] = array(External, rule="one more than there are: the last is `null`")


class Matches(Record):
    """Buffer 10."""

    entries: list[Match] = array(Match)


class Summary(Record):
    """Buffer 11, YR_SUMMARY."""

    rule_count: int = integer(
        u32, at_most="rules_size", rule="rules without the `null` one; never checked"
    )
    string_count: int = integer(u32, at_most="strings_size", rule="strings; never checked")
    namespace_count: int = integer(u32, at_most="namespaces_size", rule="namespaces; never checked")
