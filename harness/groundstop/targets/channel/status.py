# SPDX-License-Identifier: Apache-2.0
"""What the core reports as its outcome, in words: the form is in native/channel/README.md."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Status", "describe_outcome"]


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
_REPORTED = 64  # ids of one event


def describe_outcome(data: bytes) -> Iterator[str]:
    """Yield one line for each load, unload and event; what is no report is said to be none."""
    at = events = 0
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
            end = _EVENT_SIZE + 4 * min(count, _REPORTED)
            ids = [int.from_bytes(record[i : i + 4], "little") for i in range(_EVENT_SIZE, end, 4)]
            yield f"event {events}: {_words(record[1])}, {_matches(count, ids)}"
            at += end
            events += 1
        else:
            yield f"unknown report {record[:16].hex(' ')}"
            return


def _words(status: int) -> str:
    try:
        return Status(status).name.lower().replace("_", " ")
    except ValueError:
        return f"unknown status {status}"


def _matches(count: int, ids: list[int]) -> str:
    if count == 0:
        return "no match"
    more = f" and {count - len(ids)} more" if count > len(ids) else ""
    return f"matched by {', '.join(map(str, ids))}{more}"
