# SPDX-License-Identifier: Apache-2.0
"""Events as tests and campaigns store them: read as far as a damaged file goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import MAX_EVENTS, ValueKind
from groundstop.targets.channel.model.evaluate import Event
from groundstop.targets.channel.model.reader import Reader, RefusedError

if TYPE_CHECKING:
    from groundstop.targets.channel.model.kinds import Value
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["read_event", "read_events"]

_VERSION = 1


def read_events(data: bytes, release: SuppliedRelease) -> Iterator[Event]:
    """Yield the events of the format `events` as a sensor of `release` would supply them."""
    reader = Reader(data, len(data))
    try:
        if reader.take(4) != b"GSEV" or reader.number(2) != _VERSION:
            return
        count = min(reader.number(2), MAX_EVENTS)
        for _ in range(count):
            event, whole = read_event(reader, release)
            yield event
            if not whole:
                return
    except RefusedError:  # the header of the file, or of an event, is cut off
        return


def read_event(reader: Reader, release: SuppliedRelease) -> tuple[Event, bool]:
    """Return the next event, and whether all of its values could be read.

    Values that could not, and those that the file does not have, are absent; what the
    sensor's code does not supply is dropped.  Raises RefusedError when the header is cut off.
    """
    type_id, value_count = reader.number(4), reader.number(2)
    values: list[Value] = []
    whole = True
    try:
        for _ in range(value_count):
            values.append(_value(reader))  # noqa: PERF401 - what comes before a bad one stays
    except (RefusedError, ValueError):
        whole = False
    known = release.find_type(type_id)
    supplied = len(known.inputs) if known is not None else 0
    values += [None] * (supplied - len(values))
    return Event(type_id, values[:supplied]), whole


def _value(reader: Reader) -> Value:
    """Read one value; ValueError for a kind that is unknown."""
    match ValueKind(reader.number(1)):
        case ValueKind.ABSENT:
            return None
        case ValueKind.BYTES:
            return reader.take(reader.number(2))
        case ValueKind.INTEGER:
            return reader.number(8)
