# SPDX-License-Identifier: Apache-2.0
"""What a declaration says about each field, as data that everything else is derived from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag
from functools import cached_property
from typing import TYPE_CHECKING

from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._domains import Domain
    from groundstop.format._record import Record

DEFAULT_WEIGHT = 1.0


class Missing(Enum):
    """Says that a field has no default."""

    MISSING = 0


MISSING = Missing.MISSING


class Role(Enum):
    """What an integer is for."""

    PLAIN = 0
    ENUM = 1
    FLAGS = 2
    CONSTANT = 3
    RESERVED = 4
    COUNT = 5
    SIZE = 6
    TOTAL = 7
    CHECKSUM = 8


def word(value: int) -> str:
    """Return an integer as messages show it: an enumeration's member by its name."""
    if isinstance(value, Enum) and value.name:
        return f"{value.name.lower()} ({int(value)})"
    return str(int(value))


DERIVED_ROLES = frozenset(
    {Role.CONSTANT, Role.RESERVED, Role.COUNT, Role.SIZE, Role.TOTAL, Role.CHECKSUM}
)


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum algorithm: `code` is its number in the mutator's table."""

    name: str
    code: int
    compute: Callable[[bytes], int]


@dataclass(kw_only=True, eq=False)
class Field:
    """What all fields have; `attribute` and `name` are set when the record's class is made.

    `name` is `attribute` without a trailing underscore.
    """

    rule: str = ""
    weight: float = DEFAULT_WEIGHT
    default: object = MISSING
    attribute: str = ""
    name: str = ""

    @property
    def derived(self) -> bool:
        """Whether the builder computes the value."""
        return False


@dataclass(kw_only=True, eq=False)
class IntegerField(Field):
    """An integer; bounds are numbers or paths of fields that hold them."""

    wire: Wire
    role: Role = Role.PLAIN
    at_least: int | str = 0
    at_most: int | str | None = None
    below: int | str | None = None
    ascending: bool = False
    domain: Domain | None = None
    usual: Domain | None = None
    enumeration: type[IntEnum] | None = None
    flags: type[IntFlag] | None = None
    constant: int = 0
    of: str = ""
    first: str = ""
    algorithm: Checksum | None = None

    @cached_property
    def derived(self) -> bool:
        return self.role in DERIVED_ROLES

    @cached_property
    def has_rules(self) -> bool:
        """Whether there is a value of it that breaks a rule of the field itself."""
        is_free = self.role in {Role.PLAIN, Role.COUNT, Role.SIZE}
        return not is_free or self.has_bounds or self.domain is not None

    @cached_property
    def has_bounds(self) -> bool:
        """Whether it has a lower or an upper bound that its width does not give."""
        return self.at_least != 0 or self.at_most is not None or self.below is not None

    @property
    def reference(self) -> Domain | None:
        """The domain, or where there is none what is usual."""
        return self.domain or self.usual

    @cached_property
    def members(self) -> tuple[int, ...]:
        """The values of an enumeration, or the single bits of flags."""
        if self.enumeration is not None:
            return tuple(int(member) for member in self.enumeration)
        if self.flags is not None:
            return tuple(int(member) for member in self.flags)
        return ()

    @cached_property
    def mask(self) -> int:
        """All declared bits of flags."""
        mask = 0
        for member in self.members:
            mask |= member
        return mask


@dataclass(kw_only=True, eq=False)
class OctetsField(Field):
    """Bytes: of fixed size, as many as an earlier sibling says, or (None) all that are left."""

    size: int | str | None
    constant: bytes | None = None
    reserved: bool = False

    @property
    def derived(self) -> bool:
        return self.constant is not None

    @property
    def fixed(self) -> int:
        """The fixed size, or 0."""
        return self.size if isinstance(self.size, int) else 0


@dataclass(kw_only=True, eq=False)
class ArrayField(Field):
    """Elements one after another: a fixed number, as an earlier sibling says, or to the end."""

    item: type[Record] | Wire
    count: int | str | None
    last: Mapping[str, tuple[int, ...]]


@dataclass(kw_only=True, eq=False)
class OffsetsField(Field):
    """For each element of the array `to` its offset from the start of the record."""

    wire: Wire
    to: str

    @property
    def derived(self) -> bool:
        return True


@dataclass(kw_only=True, eq=False)
class RecordField(Field):
    """One record; with `size` a part: it has that many bytes and must fill them."""

    record: type[Record]
    is_part: bool = False
    size: str | None = None


@dataclass(kw_only=True, eq=False)
class UnionField(Field):
    """The record that the earlier sibling `tag` chooses; None is an empty body."""

    tag: str
    cases: Mapping[int, type[Record] | None]
