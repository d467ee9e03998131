# SPDX-License-Identifier: Apache-2.0
"""Make a value smaller while a predicate holds; every candidate goes through `consider`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["EnoughError", "Shrinker", "clear", "cut", "lower"]

S = TypeVar("S", bytes, list[object])


class EnoughError(Exception):
    """The time is up, or somebody wants an end; `Shrinker.best` is what there is."""


class Shrinker:
    """Holds the simplest input known to show the finding, and what it took to get there.

    `shows` says whether an input shows it; `data` does.  After `seconds`, or once `stopped`
    says so, `consider` raises EnoughError.
    """

    def __init__(
        self,
        data: bytes,
        shows: Callable[[bytes], bool],
        seconds: float,
        stopped: Callable[[], bool],
    ) -> None:
        self.kept = [data]
        self.runs = 0
        self._shows = shows
        self._stopped = stopped
        self._deadline = time.monotonic() + seconds
        self._rejected: set[bytes] = set()

    @property
    def best(self) -> bytes:
        """The simplest of the inputs that were kept."""
        return self.kept[-1]

    def consider(self, candidate: bytes) -> bool:
        """Keep a candidate if it shows the finding, and return whether it does.

        One that is longer than the best is refused, one that was refused is not run again.
        """
        if candidate == self.best:
            return True
        name = hashlib.sha256(candidate).digest()
        if len(candidate) > len(self.best) or name in self._rejected:
            return False
        if self._stopped() or time.monotonic() >= self._deadline:
            raise EnoughError
        self.runs += 1
        if self._shows(candidate):
            self.kept.append(candidate)
            return True
        self._rejected.add(name)
        return False


def cut(items: S, holds: Callable[[S], bool]) -> S:
    """Return `items` without what is not needed: chunks of falling size are left out.

    The sizes are all of it, then each smaller power of two: where only an odd number shows the
    finding, two at a time must go.  From the end, because what comes first often says how to
    read the rest.  `holds` says whether a shorter value still does; `items` does.
    """
    size = len(items)
    while size:
        end = len(items)
        while end > 0:
            start = max(0, end - size)
            shorter = items[:start] + items[end:]
            if holds(shorter):
                items = shorter
            end = start
        size = 1 << (size - 1).bit_length() - 1 if size > 1 else 0
    return items


def clear(data: bytes, holds: Callable[[bytes], bool]) -> bytes:
    """Return `data` with zeros where nothing else is needed: chunks of halving size."""
    size = len(data)
    while size:
        for start in range(0, len(data), size):
            end = min(start + size, len(data))
            if any(data[start:end]):
                candidate = data[:start] + bytes(end - start) + data[end:]
                if holds(candidate):
                    data = candidate
        size //= 2
    return data


def lower(value: int, least: int, holds: Callable[[int], bool]) -> int:
    """Return a value from `least` to `value` that holds, and whose neighbor below does not.

    `value` holds.  Where what holds has gaps this is one of several such values.
    """
    if value <= least or holds(least):
        return min(value, least)
    while value - least > 1:
        middle = (value + least) // 2
        if holds(middle):
            value = middle
        else:
            least = middle
    return value
