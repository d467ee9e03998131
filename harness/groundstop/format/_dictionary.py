# SPDX-License-Identifier: Apache-2.0
"""The libFuzzer dictionary of a format: magics, versions, enumeration values, limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from groundstop.format._sites import Site
from groundstop.format._spec import IntegerField, OctetsField, Role

if TYPE_CHECKING:
    from groundstop.format._record import Record

_MAX_ENTRY = 64  # libFuzzer's Word::kMaxSize


def dictionary(cls: type[Record] | None, *, extra: Mapping[str, bytes] | None = None) -> str:
    """Return the dictionary's text: one `name="bytes"` for each different entry.

    `cls` None is for a target without a format.  `extra` are the target's own words by name;
    those over 64 bytes, which libFuzzer does not take, are left out.
    """
    entries: dict[bytes, str] = {}
    for name, value in (*(_entries(cls) if cls else ()), *(extra or {}).items()):
        if 0 < len(value) <= _MAX_ENTRY:
            entries.setdefault(value, name)
    lines = [f"# {cls.__name__ if cls else 'words'}: written by groundstop.format.dictionary"]
    taken: dict[str, int] = {}
    for value, name in entries.items():
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII)
        taken[plain] = taken.get(plain, 0) + 1
        number = f"_{taken[plain]}" if taken[plain] > 1 else ""
        lines.append(f'{plain}{number}="{_escaped(value)}"')
    return "\n".join(lines) + "\n"


def _entries(cls: type[Record]) -> Iterator[tuple[str, bytes]]:
    for site in Site(cls).below():
        for field in site.record.__fields__.values():
            name = f"{site.record.__name__}_{field.name}"
            if isinstance(field, OctetsField) and field.constant and not field.reserved:
                yield name, field.constant
            elif isinstance(field, IntegerField):
                order = field.wire.order or site.record.__order__
                for label, value in _numbers(field):
                    if 0 <= value <= field.wire.maximum:
                        yield f"{name}{label}", value.to_bytes(field.wire.size, order)


def _numbers(field: IntegerField) -> Iterator[tuple[str, int]]:
    if field.role is Role.CONSTANT:
        yield "", field.constant
    for members in (field.enumeration, field.flags):
        for member in members or ():
            yield f"_{member.name}", int(member)
    for label, bound in (("_least", field.at_least), ("_most", field.at_most)):
        if isinstance(bound, int) and bound:
            yield label, bound
            yield f"{label}_less", bound - 1
            yield f"{label}_more", bound + 1


def _escaped(value: bytes) -> str:
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}"  # noqa: PLR2004 - printable ASCII
        for byte in value
    )
