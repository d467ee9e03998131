# SPDX-License-Identifier: Apache-2.0
"""Formats that ask much of the mutator: nested choices, keys, references in every direction."""

from __future__ import annotations

from enum import IntEnum

from groundstop.format import (
    Record,
    array,
    checksum,
    constant,
    count,
    crc32,
    enum,
    index,
    integer,
    key,
    octets,
    offsets,
    part,
    record,
    size,
    total_size,
    u8,
    u16,
    u32,
    union,
)


class Shape(IntEnum):
    """What a node is."""

    NOTHING = 0
    TEXT = 1
    LIST = 2
    TWIG = 3


class Twig(IntEnum):
    """What a node in a node is."""

    NOTHING = 0
    NUMBERS = 1


class Text(Record):
    text_size: int = size(u8, of="text", at_least=1)
    text: bytes = octets("text_size")


class Entry(Record):
    id: int = integer(u16, at_most=300, ascending=True)
    after: int = integer(u16, key("entries.id"))
    text_size: int = size(u8, of="text")
    text: bytes = octets("text_size")


class Listed(Record):
    entry_count: int = count(u16, of="entries", at_least=2, at_most=40)
    entries: list[Entry] = array(Entry, count="entry_count")


class Numbers(Record):
    number_count: int = count(u8, of="numbers", at_least=1)
    numbers: list[int] = array(u16, count="number_count")


class Inner(Record):
    twig: Twig = enum(u8, Twig)
    body: Numbers | None = union("twig", {Twig.NOTHING: None, Twig.NUMBERS: Numbers})


class Node(Record):
    shape: Shape = enum(u8, Shape)
    link: int = integer(u16, index("nodes"))
    body: Text | Listed | Inner | None = union(
        "shape",
        {Shape.NOTHING: None, Shape.TEXT: Text, Shape.LIST: Listed, Shape.TWIG: Inner},
    )


class Inside(Record):
    magic: bytes = constant(b"IN")
    node_count: int = count(u16, of="nodes", at_least=1)
    total: int = total_size(u32)
    starts: list[int] = offsets(u32, to="nodes")
    nodes: list[Node] = array(Node, count="node_count")
    check: int = checksum(u32, crc32)


class Tangle(Record, root=True):
    """Parts with choices in choices, keys that refer to keys, and offsets."""

    magic: bytes = constant(b"TNGL")
    first_size: int = size(u32, of="first")
    second_size: int = size(u32, of="second")
    first: Inside = part(Inside, size="first_size")
    second: Inside = part(Inside, size="second_size")
    rest: bytes = octets()


def _inside() -> Inside:
    entries = [Entry(id=number * 3, after=0, text=b"t" * number) for number in range(5)]
    return Inside(
        nodes=[
            Node(shape=Shape.TEXT, link=0, body=Text(text=b"some text")),
            Node(shape=Shape.LIST, link=1, body=Listed(entries=entries)),
            Node(
                shape=Shape.TWIG,
                link=2,
                body=Inner(twig=Twig.NUMBERS, body=Numbers(numbers=[1, 2, 3])),
            ),
            Node(shape=Shape.NOTHING, link=3, body=None),
        ]
    )


def tangle() -> bytes:
    return Tangle(first=_inside(), second=_inside(), rest=b"the rest").build()


class Key(Record):
    id: int = integer(u16, at_most=4095, ascending=True)


class Keys(Record, root=True):
    """Nothing but keys, of which there are 4,096."""

    keys: list[Key] = array(Key)


class Table(Record):
    id: int = integer(u16, ascending=True)
    by_id: int = integer(u16, key("tables.id"))
    by_index: int = integer(u16, index("tables"))


class Tables(Record, root=True):
    """A table whose entries all refer to others."""

    tables: list[Table] = array(Table)


class Many(Record, root=True):
    """At least 3,000 keys: one that is too short is filled up."""

    key_count: int = count(u16, of="keys", at_least=3000)
    keys: list[Key] = array(Key, count="key_count")


def deep(levels: int) -> type[Record]:
    """Return a format with records in records, `levels` deep."""
    made: type[Record] = type(
        "Level0", (Record,), {"__annotations__": {"value": int}, "value": integer(u8)}
    )
    for level in range(1, levels):
        made = type(
            f"Level{level}",
            (Record,),
            {"__annotations__": {"inner": made}, "inner": record(made)},
        )
    return made


def wide(places: int) -> type[Record]:
    """Return a format in which records stand in so many places, itself among them."""
    leaf = type("Leaf", (Record,), {"__annotations__": {"value": int}, "value": integer(u8)})
    names = [f"leaf{number}" for number in range(places - 1)]
    return type(
        "Wide",
        (Record,),
        {"__annotations__": dict.fromkeys(names, leaf), **{name: record(leaf) for name in names}},
    )
