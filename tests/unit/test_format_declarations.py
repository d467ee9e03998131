# SPDX-License-Identifier: Apache-2.0
"""A declaration with a mistake fails when its class is made, naming class and field."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import pytest

from groundstop.errors import DeclarationError
from groundstop.format import (
    Record,
    array,
    checksum,
    constant,
    count,
    depends,
    enum,
    fits,
    index,
    integer,
    key,
    octets,
    offsets,
    part,
    same,
    size,
    u8,
    u16,
    union,
)


class Kind(IntEnum):
    ONE = 1
    TWO = 2


class Item(Record):
    name_size: int = size(u8, of="name")
    name: bytes = octets("name_size")
    id: int = integer(u16)


class Empty(Record):
    """Takes no bytes: it cannot be an element."""


def count_names_no_array() -> None:
    class Bad(Record):
        item_count: int = count(u8, of="itemz")
        items: list[Item] = array(Item, count="item_count")


def count_of_bytes() -> None:
    class Bad(Record):
        item_count: int = count(u8, of="items")
        items: bytes = octets("item_count")


def count_behind_its_array() -> None:
    class Bad(Record):
        items: list[Item] = array(Item, count="item_count")
        item_count: int = count(u8, of="items")


def array_without_its_count() -> None:
    class Bad(Record):
        items: list[Item] = array(Item, count="item_count")


def array_counted_by_a_plain_integer() -> None:
    class Bad(Record):
        item_count: int = integer(u8)
        items: list[Item] = array(Item, count="item_count")


def size_of_nothing() -> None:
    class Bad(Record):
        name_size: int = size(u8, of="nome")
        name: bytes = octets("name_size")


def size_of_an_array() -> None:
    class Bad(Record):
        items_size: int = size(u8, of="items")
        items: list[Item] = array(Item, count="items_size")


def part_without_its_size() -> None:
    class Bad(Record):
        inner: Item = part(Item, size="inner_size")


def offsets_to_no_array() -> None:
    class Bad(Record):
        name_offsets: list[int] = offsets(u16, to="names")


def offsets_before_the_count() -> None:
    class Bad(Record):
        item_offsets: list[int] = offsets(u16, to="items")
        item_count: int = count(u8, of="items")
        items: list[Item] = array(Item, count="item_count")


def union_without_tag() -> None:
    class Bad(Record):
        body: Item | None = union("kind", {1: Item, 2: None})


def union_without_a_case() -> None:
    class Bad(Record):
        kind: Kind = enum(u8, Kind)
        body: Item | None = union("kind", {Kind.ONE: Item})


def union_without_cases() -> None:
    class Bad(Record):
        kind: int = integer(u8)
        body: Item | None = union("kind", {})


def depends_on_nothing() -> None:
    class Bad(Record):
        argument: int = integer(u8, depends("kind", {Kind.ONE: index("items")}))


def checksum_from_nowhere() -> None:
    class Bad(Record):
        sum: int = checksum(u16, first="head")


def limit_that_does_not_fit() -> None:
    class Bad(Record):
        number: int = integer(u8, at_most=256)


def limits_the_wrong_way_round() -> None:
    class Bad(Record):
        number: int = integer(u8, at_least=5, at_most=4)


def constant_that_does_not_fit() -> None:
    class Bad(Record):
        version: int = constant(256, u8)


def member_that_does_not_fit() -> None:
    class Big(IntEnum):
        HUGE = 256

    class Bad(Record):
        number: Big = enum(u8, Big)


def element_of_no_bytes() -> None:
    class Bad(Record):
        number: list[Empty] = array(Empty)


def last_of_no_field() -> None:
    class Bad(Record):
        items: list[Item] = array(Item, last={"nome": (1,)})


def field_behind_all_the_rest() -> None:
    class Bad(Record):
        rest: bytes = octets()
        number: int = integer(u8)


def reference_to_no_table() -> None:
    class Bad(Record, root=True):
        number: int = integer(u8, index("items"))


def reference_to_what_is_no_table() -> None:
    class Bad(Record):
        other: int = integer(u8)
        number: int = integer(u8, index("other"))


def key_that_elements_do_not_have() -> None:
    class Bad(Record):
        number: int = integer(u8, key("items.ident"))
        items: list[Item] = array(Item)


def key_without_table() -> None:
    class Bad(Record):
        id: int = integer(u8)
        number: int = integer(u8, key("id"))


def agreement_with_bytes() -> None:
    class Bad(Record):
        number: int = integer(u8, same("name"))
        name: bytes = octets(3)


def path_through_what_is_no_reference() -> None:
    class Bad(Record):
        id: int = integer(u8)
        number: int = integer(u8, fits("id.kind", {1: 2}))


def bound_that_is_nowhere() -> None:
    class Bad(Record, root=True):
        number: int = integer(u8, at_most="limit")


def field_without_type() -> None:
    class Bad(Record):
        number = integer(u8)


def type_without_field() -> None:
    class Bad(Record):
        number: int


def name_of_records_own() -> None:
    class Bad(Record):
        build: int = integer(u8)  # type: ignore[assignment] # the mistake


_MISTAKES: list[tuple[Callable[[], None], str]] = [
    (count_names_no_array, r"Bad\.item_count: .*itemz"),
    (count_of_bytes, r"Bad\.item_count: "),
    (count_behind_its_array, r"Bad\.items: .*item_count"),
    (array_without_its_count, r"Bad\.items: .*item_count"),
    (array_counted_by_a_plain_integer, r"Bad\.items: .*item_count"),
    (size_of_nothing, r"Bad\.name_size: .*nome"),
    (size_of_an_array, r"Bad\.items_size: "),
    (part_without_its_size, r"Bad\.inner: .*inner_size"),
    (offsets_to_no_array, r"Bad\.name_offsets: .*names"),
    (offsets_before_the_count, r"Bad\.item_offsets: .*items"),
    (union_without_tag, r"Bad\.body: .*kind"),
    (union_without_a_case, r"Bad\.body: .*TWO|Bad\.body: .*2"),
    (union_without_cases, r"Bad\.body: "),
    (depends_on_nothing, r"Bad\.argument: .*kind"),
    (checksum_from_nowhere, r"Bad\.sum: .*head"),
    (limit_that_does_not_fit, r"Bad\.number: .*256"),
    (limits_the_wrong_way_round, r"Bad\.number: .*5 .*4"),
    (constant_that_does_not_fit, r"Bad\.version: .*256"),
    (member_that_does_not_fit, r"Bad\.number: .*256"),
    (element_of_no_bytes, r"Bad\.number: .*Empty"),
    (last_of_no_field, r"Bad\.items: .*nome"),
    (field_behind_all_the_rest, r"Bad\.rest: .*number"),
    (reference_to_no_table, r"Bad\.number: .*items"),
    (reference_to_what_is_no_table, r"Bad\.number: .*other is no array"),
    (key_that_elements_do_not_have, r"Bad\.number: .*ident"),
    (key_without_table, r"Bad\.number: "),
    (agreement_with_bytes, r"Bad\.number: .*name is no integer"),
    (path_through_what_is_no_reference, r"Bad\.number: .*id is no record"),
    (bound_that_is_nowhere, r"Bad\.number: .*limit"),
    (field_without_type, r"Bad\.number: .*annotation"),
    (type_without_field, r"Bad\.number: "),
    (name_of_records_own, r"Bad\.build: "),
]


@pytest.mark.parametrize("declare, message", _MISTAKES, ids=lambda v: getattr(v, "__name__", ""))
def test_mistakes_name_class_and_field(declare: Callable[[], None], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        declare()


def test_a_mistake_deep_inside_names_the_record_that_made_it() -> None:
    class Inner(Record):
        number: int = integer(u8, index("tables"))

    with pytest.raises(DeclarationError, match=r"^Inner\.number: .*tables"):

        class Outer(Record, root=True):
            inner: list[Inner] = array(Inner)


def test_a_record_that_is_no_root_may_refer_outwards() -> None:
    class Inner(Record):
        number: int = integer(u8, index("tables"))

    assert Inner.parse(b"\x07").number == 7
