# SPDX-License-Identifier: Apache-2.0
"""What an integer field may hold beyond its own bounds: what it refers to or agrees with.

Paths are dotted names with the scoping of nested blocks: the first name is looked up
in the field's own record, then in the records around it, outwards.  After the dot of
a field that is itself a reference comes a field of the record that it refers to, and
`#` after an array is the element with the same index as the record that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

V = TypeVar("V", bound=int)


@dataclass(frozen=True, slots=True)
class Anything:
    """Every value."""


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` to `high`, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Index:
    """The number, from 0, of an element of the array at `path`."""

    path: str


@dataclass(frozen=True, slots=True)
class Key:
    """A value that the last name of `path` has in some element of the array before it."""

    path: str

    @property
    def table(self) -> str:
        """The path of the array."""
        return self.path.rpartition(".")[0]

    @property
    def field(self) -> str:
        """The field of its elements that is the key."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Same:
    """The value of the field at `path`."""

    path: str


@dataclass(frozen=True, slots=True)
class Fits:
    """Some values need the field at `path` to hold one value; those without an entry, none."""

    path: str
    needs: tuple[tuple[int, int], ...]

    def need(self, value: int) -> int | None:
        """Return what `value` needs the other field to be, or None."""
        return dict(self.needs).get(value)


@dataclass(frozen=True, slots=True)
class Depends:
    """A domain for each value of the earlier sibling field `on`; for all other values: zero."""

    on: str
    cases: tuple[tuple[int, Domain], ...]

    def case(self, value: int) -> Domain:
        """Return the domain that holds when the other field is `value`."""
        return dict(self.cases).get(value, ZERO)


Domain = Anything | Between | Index | Key | Same | Fits | Depends

ZERO = Between(0, 0)
anything = Anything()


def between(low: int, high: int) -> Between:
    """Allow from `low` to `high`, both included."""
    return Between(low, high)


def index(path: str) -> Index:
    """Refer to an element of the array at `path` by its number, from 0."""
    return Index(path)


def key(path: str) -> Key:
    """Refer to an element of an array by the value of a field: `key("types.type_id")`."""
    return Key(path)


def same(path: str) -> Same:
    """Agree with the value of the field at `path`."""
    return Same(path)


def fits(path: str, needs: Mapping[V, int]) -> Fits:
    """Allow a value with an entry in `needs` only where the field at `path` holds that."""
    return Fits(path, tuple(needs.items()))


def depends(on: str, cases: Mapping[V, Domain]) -> Depends:
    """Take the domain that `cases` has for the value of the sibling `on`, else zero."""
    return Depends(on, tuple(cases.items()))
