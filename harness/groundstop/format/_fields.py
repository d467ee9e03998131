# SPDX-License-Identifier: Apache-2.0
"""The field specifiers: what stands to the right of `=` in a declaration.

Each returns a field description under the type that the field's value has, so that
a type checker sees records as dataclasses.  `rule` is the wording of the field's rule
in the format's document; `weight` (0 to 1, the default) says how often the mutator
turns to the field and what is below it.
"""

from __future__ import annotations

import zlib
from enum import IntEnum, IntFlag
from typing import Literal, TypeVar, cast, overload

from groundstop.format._domains import Domain
from groundstop.format._spec import (
    DEFAULT_WEIGHT,
    MISSING,
    Checksum,
    IntegerField,
    Missing,
    OctetsField,
    Role,
)
from groundstop.format._wire import Wire

E = TypeVar("E", bound=IntEnum)
F = TypeVar("F", bound=IntFlag)

crc32 = Checksum("CRC-32", 1, zlib.crc32)
adler32 = Checksum("Adler-32", 2, zlib.adler32)


def integer(  # noqa: PLR0913 - each keyword is one phrase of a specification
    wire: Wire,
    domain: Domain | None = None,
    *,
    default: int | Missing = MISSING,
    at_least: int | str = 0,
    at_most: int | str | None = None,
    below: int | str | None = None,
    ascending: bool = False,
    usual: Domain | None = None,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> int:
    """Declare an integer; bounds are numbers or paths of fields.

    `domain` is what it must refer to or agree with, `usual` what it does in a file that
    makes sense, though the format does not ask for it.  `ascending`: strictly greater
    than in the array's element before.
    """
    field = IntegerField(
        wire=wire,
        domain=domain,
        default=default,
        at_least=at_least,
        at_most=at_most,
        below=below,
        ascending=ascending,
        usual=usual,
        rule=rule,
        weight=weight,
    )
    return cast("int", field)


def enum(  # noqa: PLR0913 - each keyword is one phrase of a specification
    wire: Wire,
    members: type[E],
    domain: Domain | None = None,
    *,
    default: E | Missing = MISSING,
    usual: Domain | None = None,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> E:
    """Declare one of the members of an IntEnum."""
    field = IntegerField(
        wire=wire,
        role=Role.ENUM,
        enumeration=members,
        domain=domain,
        default=default,
        usual=usual,
        rule=rule,
        weight=weight,
    )
    return cast("E", field)


def flags(  # noqa: PLR0913 - each keyword is one phrase of a specification
    wire: Wire,
    members: type[F],
    domain: Domain | None = None,
    *,
    default: F | Missing = MISSING,
    rule: str = "",
    weight: float = DEFAULT_WEIGHT,
) -> F:
    """Declare any of the bits of an IntFlag; the others are zero."""
    field = IntegerField(
        wire=wire,
        role=Role.FLAGS,
        flags=members,
        domain=domain,
        default=default,
        rule=rule,
        weight=weight,
    )
    return cast("F", field)


@overload
def constant(value: bytes, *, init: Literal[False] = False, rule: str = "") -> bytes: ...
@overload
def constant(value: int, wire: Wire, *, init: Literal[False] = False, rule: str = "") -> int: ...
def constant(
    value: bytes | int, wire: Wire | None = None, *, init: Literal[False] = False, rule: str = ""
) -> bytes | int:
    """Declare bytes (a magic) or an integer (a version) that never change; no argument."""
    del init
    if isinstance(value, bytes):
        return cast("bytes", OctetsField(size=len(value), constant=value, rule=rule))
    if wire is None:
        raise TypeError("constant(): an integer needs its wire type: constant(1, u16)")
    return cast("int", IntegerField(wire=wire, role=Role.CONSTANT, constant=value, rule=rule))


def reserved(wire: Wire, *, init: Literal[False] = False, rule: str = "") -> int:
    """Declare an integer that must be zero; no argument."""
    del init
    return cast("int", IntegerField(wire=wire, role=Role.RESERVED, rule=rule))


def padding(size: int, *, init: Literal[False] = False, rule: str = "") -> bytes:
    """Declare `size` bytes that must be zero; no argument."""
    del init
    return cast("bytes", OctetsField(size=size, constant=bytes(size), reserved=True, rule=rule))


def count(  # noqa: PLR0913 - each keyword is one phrase of a specification
    wire: Wire,
    *,
    of: str,
    at_least: int | str = 0,
    at_most: int | str | None = None,
    usual: Domain | None = None,
    init: Literal[False] = False,
    rule: str = "",
) -> int:
    """Declare the number of elements of the later sibling array `of`; computed, no argument."""
    del init
    field = IntegerField(
        wire=wire,
        role=Role.COUNT,
        of=of,
        at_least=at_least,
        at_most=at_most,
        usual=usual,
        rule=rule,
    )
    return cast("int", field)


def size(  # noqa: PLR0913 - each keyword is one phrase of a specification
    wire: Wire,
    *,
    of: str,
    at_least: int | str = 0,
    at_most: int | str | None = None,
    init: Literal[False] = False,
    rule: str = "",
) -> int:
    """Declare the size in bytes of the later sibling `of` (bytes or a part); computed."""
    del init
    field = IntegerField(
        wire=wire, role=Role.SIZE, of=of, at_least=at_least, at_most=at_most, rule=rule
    )
    return cast("int", field)


def total_size(
    wire: Wire, *, at_most: int | None = None, init: Literal[False] = False, rule: str = ""
) -> int:
    """Declare the size in bytes of the record that it stands in; computed, no argument."""
    del init
    return cast("int", IntegerField(wire=wire, role=Role.TOTAL, at_most=at_most, rule=rule))


def checksum(
    wire: Wire,
    algorithm: Checksum = crc32,
    *,
    first: str = "",
    init: Literal[False] = False,
    rule: str = "",
) -> int:
    """Declare a checksum of the bytes from `first` (default: the record's start) to here."""
    del init
    field = IntegerField(wire=wire, role=Role.CHECKSUM, algorithm=algorithm, first=first, rule=rule)
    return cast("int", field)
