# SPDX-License-Identifier: Apache-2.0
"""Values for one criterion: a match, and a near miss that is close to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionKind, Pattern, Range, Text
from groundstop.targets.channel.synthesis.machine import mask_of
from groundstop.targets.channel.synthesis.search import Found, find_match, find_miss, pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.targets.channel.formats import Criterion
    from groundstop.targets.channel.synthesis.judge import Judge, Value
    from groundstop.targets.channel.synthesis.machine import Machine

__all__ = ["Chooser", "Values"]

_MAX_NUMBER = (1 << 64) - 1
_MAX_TEXT = 0xFFFF  # bytes of a value in an event: its size is a u16
_CHANGED = 16  # bytes of a match that are changed, one at a time, to come to a near miss
_ANY_BYTE = (1 << 256) - 1


@dataclass(frozen=True, slots=True)
class Values:
    """`match` is None where there is none, and `proven` says whether that is certain.

    `miss` is None where only a value that is absent makes the criterion false.
    """

    match: Value
    miss: Value
    proven: bool = True


class Chooser:
    """Chooses values for the criteria of one channel file; a program is searched once."""

    def __init__(self, judge: Judge, machines: Sequence[Machine]) -> None:
        self._judge = judge
        self._machines = machines
        self._matches: dict[int, Found] = {}
        self._misses: dict[int, bytes | None] = {}

    def values(self, criterion: Criterion) -> Values:
        """Return values for a criterion of any kind but `any`, which takes all of them."""
        match criterion.body:
            case Range(low=low, high=high):
                miss = high + 1 if high < _MAX_NUMBER else low - 1
                return Values(low, miss if miss >= 0 else None)
            case Pattern(program=program):
                found = self._match(program)
                if found.value is None:
                    return Values(None, b"", found.proven)
                return Values(found.value, self._miss(criterion, found.value))
            case Text(bytes_=text):
                value = _expanded(text) if criterion.kind is CriterionKind.GLOB else text
                return Values(value, self._miss(criterion, value))
        raise ValueError(f"{criterion} takes every value")

    def _match(self, program: int) -> Found:
        if program not in self._matches:
            self._matches[program] = find_match(self._machines[program])
        return self._matches[program]

    def _miss(self, criterion: Criterion, match: bytes) -> bytes | None:
        for value in _close_to(match):
            if len(value) <= _MAX_TEXT and not self._judge.holds(criterion, value):
                return value
        if isinstance(criterion.body, Pattern):
            return self._far_miss(criterion.body.program)
        return None

    def _far_miss(self, program: int) -> bytes | None:
        if program not in self._misses:
            self._misses[program] = find_miss(self._machines[program]).value
        return self._misses[program]


def _expanded(glob: bytes) -> bytes:
    """Return a value that the glob matches: each wildcard took one byte."""
    return glob.translate(bytes.maketrans(b"*?", b"xx"))


def _close_to(match: bytes) -> Iterator[bytes]:
    """Yield values that are nearly `match`, the nearest first."""
    size = len(match)
    places = [*range(size - 1, max(-1, size - 1 - _CHANGED), -1), *range(min(size, _CHANGED))]
    for at in places:
        yield match[:at] + bytes([pick(_others(match[at]))]) + match[at + 1 :]
    yield match[:-1]
    yield match[1:]
    yield match.swapcase()
    yield match + b"a"
    yield b""


def _others(byte: int) -> int:
    """Return the set of all bytes but this one, in either case."""
    letter = bytes([byte])
    return _ANY_BYTE & ~mask_of(letter.lower() + letter.upper())
