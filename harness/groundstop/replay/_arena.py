# SPDX-License-Identifier: Apache-2.0
"""The memory that a worker shares with its runner; laid out as in native/driver/runner_protocol.h.

Inputs go in and outcomes come out through it, without a copy through a pipe; and what
the runner wrote before it died is still there afterwards.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Sequence

from groundstop.model import Outcome, Stage

_MAGIC = 0x32304E5552445347
MAX_BATCH = 4096

_PREFIX = struct.Struct("=QQQ")  # magic, input_size, blob_size
_PROGRESS = struct.Struct("=IIII")  # state, current, done, message_size
_PROGRESS_AT = _PREFIX.size
_MESSAGE_AT = 64
_MESSAGE_SIZE = 65536
# returned, stage; sizes: outcome, elements, details, finding; elements_dropped, fuel,
# fuel_bound, fuel_excess, stack
_RECORD = struct.Struct("=iIIIIIQQQQQ")
_RECORDS_AT = 4096 + _MESSAGE_SIZE
_BLOBS_AT = _RECORDS_AT + _RECORD.size * MAX_BATCH
_OUTCOMES = 8
_BLOB_LIMIT = 65536 + 2 * 4 * 65536 * _OUTCOMES + 255

STARTING, READY, FAILED, LOST = range(4)
NOT_STARTED = 0xFFFFFFFF
_CACHED_OUTCOMES = 4096
_CACHED_BLOB = 4096

_Fields = tuple[int, ...]


class CorruptArenaError(Exception):
    """The arena holds what no runner writes: the core wrote over it."""


class Arena:
    """Shared memory for one request at a time of up to MAX_BATCH inputs.

    `input_size` is how many bytes the inputs of one request can have together.
    """

    def __init__(self, input_size: int, blob_size: int = 4 * _BLOB_LIMIT) -> None:
        page = mmap.PAGESIZE
        self.input_size = -(-input_size // page) * page
        self._blob_size = -(-blob_size // page) * page
        self._sizes_at = _BLOBS_AT + self._blob_size
        self._inputs_at = self._sizes_at + 4 * MAX_BATCH
        self.descriptor = os.memfd_create("groundstop-arena", os.MFD_CLOEXEC)
        try:
            size = self._inputs_at + self.input_size
            os.ftruncate(self.descriptor, size)
            self._memory = mmap.mmap(self.descriptor, size)
        except BaseException:
            os.close(self.descriptor)
            raise
        self._cache: dict[tuple[_Fields, bytes], Outcome] = {}

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
        os.close(self.descriptor)

    def prepare(self) -> None:
        """Make ready for a new runner."""
        _PREFIX.pack_into(self._memory, 0, _MAGIC, self.input_size, self._blob_size)
        _PROGRESS.pack_into(self._memory, _PROGRESS_AT, STARTING, NOT_STARTED, 0, 0)

    def fitting(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        """Return as many of the first inputs as one request can take, at least one."""
        if len(inputs) == 1:
            return inputs
        total = 0
        for index, data in enumerate(inputs[:MAX_BATCH]):
            total += len(data)
            if total > self.input_size:
                return inputs[: max(index, 1)]
        return inputs[:MAX_BATCH]

    def load(self, inputs: Sequence[bytes]) -> None:
        """Write the inputs of the next request; they fit into `input_size` and MAX_BATCH."""
        memory = self._memory
        if len(inputs) == 1:
            # The path of single inputs is that of property tests: every microsecond counts.
            data = inputs[0]
            struct.pack_into("=I", memory, self._sizes_at, len(data))
        else:
            sizes = struct.pack(f"={len(inputs)}I", *map(len, inputs))
            memory[self._sizes_at : self._sizes_at + len(sizes)] = sizes
            data = b"".join(inputs)
        memory[self._inputs_at : self._inputs_at + len(data)] = data
        _PROGRESS.pack_into(memory, _PROGRESS_AT, READY, NOT_STARTED, 0, 0)

    def progress(self) -> tuple[int, int, int]:
        """Return state, index of the running input (or NOT_STARTED), and finished records."""
        state, current, done, _ = _PROGRESS.unpack_from(self._memory, _PROGRESS_AT)
        return state, current, done

    def message(self) -> str:
        """Return the runner's last words."""
        *_, size = _PROGRESS.unpack_from(self._memory, _PROGRESS_AT)
        text = self._memory[_MESSAGE_AT : _MESSAGE_AT + min(size, _MESSAGE_SIZE)]
        return text.decode(errors="replace")

    def outcomes(self, count: int) -> list[Outcome]:
        """Return the first `count` finished records; raise CorruptArenaError."""
        memory, cache = self._memory, self._cache
        records = memory[_RECORDS_AT : _RECORDS_AT + _RECORD.size * count]
        at, end = _BLOBS_AT, self._sizes_at
        found = []
        for fields in _RECORD.iter_unpack(records):
            following = at + fields[2] + 4 * (fields[3] + fields[4]) + fields[5]
            if following > end:
                raise CorruptArenaError
            blob = memory[at:following]
            at = following
            key = (fields, blob)
            outcome = cache.get(key)
            if outcome is None:
                outcome = _outcome(fields, blob)
                # A corpus has far fewer outcomes than inputs; building one is what costs.
                if len(blob) <= _CACHED_BLOB:
                    if len(cache) >= _CACHED_OUTCOMES:
                        cache.clear()
                    cache[key] = outcome
            found.append(outcome)
        return found


def _outcome(fields: _Fields, blob: bytes) -> Outcome:
    returned, stage, size, elements, details, _, dropped, *measured = fields
    try:
        reached = Stage(stage)
    except ValueError:
        raise CorruptArenaError from None
    details_at = size + 4 * elements
    finding_at = details_at + 4 * details
    fuel, bound, excess, stack = measured
    return Outcome(
        returned,
        reached,
        blob[:size],
        _marks(blob[size:details_at]),
        dropped,
        _marks(blob[details_at:finding_at]),
        fuel,
        bound,
        excess,
        blob[finding_at:].decode(errors="replace"),
        stack,
    )


def _marks(codes: bytes) -> frozenset[tuple[int, int]]:
    return frozenset([divmod(code, _OUTCOMES) for code in memoryview(codes).cast("I")])
