# SPDX-License-Identifier: Apache-2.0
"""What the core reports as its outcome, in words: the form is in native/channel/README.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["REPORTED", "EventReport", "Status", "describe_outcome", "events_of"]


class Status(IntEnum):
    """enum ci_status of ci.h."""

    OK = 0
    NO_MEMORY = 1
    TRUNCATED = 2
    BAD_MAGIC = 3
    BAD_VERSION = 4
    BAD_SIZE = 5
    BAD_CHECKSUM = 6
    BAD_COUNT = 7
    BAD_OFFSET = 8
    BAD_VALUE = 9
    BAD_REFERENCE = 10
    BAD_ORDER = 11
    KIND_MISMATCH = 12
    COUNT_MISMATCH = 13
    NAME_MISMATCH = 14
    BAD_PROGRAM = 15
    TRAILING = 16
    NO_CONTENT = 17
    UNKNOWN_TYPE = 18
    BAD_EVENT = 19
    OUT_OF_FUEL = 20
    BAD_ARGUMENT = 21


_FILES = {1: " in the template file", 2: " in the channel file"}
_LOAD_SIZE = 3  # u8 'L', u8 status, u8 file
_EVENT_SIZE = 6  # u8 'E', u8 status, u32 match count, then the ids
REPORTED = 64
"""Ids of one event's matches that are reported."""


@dataclass(frozen=True, slots=True)
class EventReport:
    """What the core reported of one event: at most REPORTED of the ids of its matches."""

    status: int
    count: int
    ids: tuple[int, ...]

    @property
    def words(self) -> str:
        """The status as people read it."""
        return _words(self.status)


def events_of(data: bytes) -> list[EventReport]:
    """Return what was reported of each event, as far as it is a report."""
    return [record for record in _records(data) if isinstance(record, EventReport)]


def describe_outcome(data: bytes) -> Iterator[str]:
    """Yield one line for each load, unload and event; what is no report is said to be none."""
    events = 0
    for record in _records(data):
        if isinstance(record, EventReport):
            yield f"event {events}: {record.words}, {_matches(record.count, record.ids)}"
            events += 1
        else:
            yield record


def _records(data: bytes) -> Iterator[EventReport | str]:
    """Yield the events that were reported, and in words what else was."""
    at = 0
    while at < len(data):
        record = data[at:]
        if record[:1] == b"L" and len(record) >= _LOAD_SIZE:
            yield f"load: {_words(record[1])}{_FILES.get(record[2], '')}"
            at += _LOAD_SIZE
        elif record[:1] == b"U":
            yield "unload"
            at += 1
        elif record[:1] == b"E" and len(record) >= _EVENT_SIZE:
            count = int.from_bytes(record[2:6], "little")
            end = _EVENT_SIZE + 4 * min(count, REPORTED)
            ids = (int.from_bytes(record[i : i + 4], "little") for i in range(_EVENT_SIZE, end, 4))
            yield EventReport(record[1], count, tuple(ids))
            at += end
        else:
            yield f"unknown report {record[:16].hex(' ')}"
            return


def _words(status: int) -> str:
    try:
        return Status(status).name.lower().replace("_", " ")
    except ValueError:
        return f"unknown status {status}"


def _matches(count: int, ids: tuple[int, ...]) -> str:
    if count == 0:
        return "no match"
    more = f" and {count - len(ids)} more" if count > len(ids) else ""
    return f"matched by {', '.join(map(str, ids))}{more}"
