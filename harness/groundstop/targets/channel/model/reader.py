# SPDX-License-Identifier: Apache-2.0
"""Reading a file field by field, and refusing it at the first rule that it breaks."""

from __future__ import annotations

import zlib

from groundstop.targets.channel.formats import MAX_FILE
from groundstop.targets.channel.status import Status

__all__ = ["Reader", "RefusedError", "open_file", "require"]

_VERSION = 1
_HEADER_SIZE = 12
_CHECKSUM_SIZE = 4


class RefusedError(Exception):
    """A rule is broken; `status` says which."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


def require(holds: bool, status: Status) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse with `status` unless the rule holds."""
    if not holds:
        raise RefusedError(status)


class Reader:
    """Takes fields one after another; none may end behind byte `end`."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, end: int) -> None:
        self.data = data
        self.at = 0
        self.end = end

    def take(self, size: int) -> bytes:
        """Return the next field's bytes."""
        start = self.at
        if size > self.end - start:
            raise RefusedError(Status.TRUNCATED)
        self.at = start + size
        return self.data[start : self.at]

    def number(self, size: int) -> int:
        """Return the next field as an unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def name(self) -> bytes:
        """Return a name with its size before it."""
        size = self.number(1)
        require(size != 0, Status.BAD_COUNT)
        return self.take(size)

    def finish(self) -> None:
        """Refuse bytes that no record has used."""
        require(self.at == self.end, Status.TRAILING)


def open_file(data: bytes, magic: bytes) -> tuple[Reader, int]:
    """Judge what comes before everything else: magic, version, size, checksum.

    Return a reader behind the size field, whose fields end before the checksum, and the
    count between version and size, which is judged as the first of the rest.
    """
    header = Reader(data, len(data))
    require(header.take(4) == magic, Status.BAD_MAGIC)
    require(header.number(2) == _VERSION, Status.BAD_VERSION)
    count = header.number(2)
    require(header.number(4) == len(data) <= MAX_FILE, Status.BAD_SIZE)
    end = len(data) - _CHECKSUM_SIZE
    require(end >= _HEADER_SIZE, Status.TRUNCATED)
    checksum = int.from_bytes(data[end:], "little")
    require(zlib.crc32(data[:end]) == checksum, Status.BAD_CHECKSUM)
    header.end = end
    return header, count
