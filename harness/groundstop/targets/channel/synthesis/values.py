# SPDX-License-Identifier: Apache-2.0
"""Values for one criterion: a match, a near miss that is close to it, and what lies beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionKind, InputKind, Pattern, Range, Text
from groundstop.targets.channel.synthesis.machine import mask_of
from groundstop.targets.channel.synthesis.search import (
    Found,
    find_match,
    find_miss,
    find_reaching,
    pick,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.targets.channel.formats import Criterion
    from groundstop.targets.channel.synthesis.judge import Judge, Value
    from groundstop.targets.channel.synthesis.machine import Machine

__all__ = ["MAX_VALUE", "Chooser", "Family", "Values"]

MAX_VALUE = 0xFFFF
"""Bytes of a value at most: its size is a u16."""

_MAX_NUMBER = (1 << 64) - 1
_CHANGED = 16  # bytes of a match that are changed, one at a time, to come to a near miss
_ANY_BYTE = (1 << 256) - 1
_OF_GREATEST_SIZE = "of the greatest size"
_GREATEST = 64  # criteria of one kind that are tried with such values
_CUT = (8, 16, 32, 63)  # bits of the integers that a number may wrongly be kept in
_OTHER_CASE = 0x20  # the bit in which a small letter differs from its capital

Family = dict["Value", str]
"""Values, each with what it is in words; the order is that in which they are tried."""


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
        self._families: Counter[CriterionKind] = Counter()

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
                value = _expanded(text, b"x") if criterion.kind is CriterionKind.GLOB else text
                return Values(value, self._miss(criterion, value))
        raise ValueError(f"{criterion} takes every value")

    def family(self, criterion: Criterion, kind: InputKind) -> Family:
        """Return the values by which a criterion on an input of `kind` is tried.

        Each is at a place where comparing goes wrong: equal, a byte shorter or longer, empty,
        absent, another byte or another case somewhere; the ends of a range and what is
        beside them; and, for the first criteria of each kind, as large as a value can be.
        """
        family = self._family(criterion, kind)
        self._families[criterion.kind] += 1
        if self._families[criterion.kind] > _GREATEST:
            family = {v: w for v, w in family.items() if not w.startswith(_OF_GREATEST_SIZE)}
        return family

    def _family(self, criterion: Criterion, kind: InputKind) -> Family:
        match criterion.body:
            case Range(low=low, high=high):
                return _numbers(low, high)
            case Pattern(program=program):
                found = self._match(program).value
                family = {} if found is None else _texts(found)
                for value in find_reaching(self._machines[program]):
                    family.setdefault(value, "reaches another of its instructions")
                return family or {b"": "empty", None: "absent"}
            case Text(bytes_=text) if criterion.kind is CriterionKind.GLOB:
                return _globs(text)
            case Text(bytes_=text):
                return _texts(text)
        if kind is InputKind.INTEGER:
            return {None: "absent", 0: "0", _MAX_NUMBER: "the greatest number"}
        long = b"a" * MAX_VALUE
        return {None: "absent", b"": "empty", b"a": "one byte", long: _OF_GREATEST_SIZE}

    def _match(self, program: int) -> Found:
        if program not in self._matches:
            self._matches[program] = find_match(self._machines[program])
        return self._matches[program]

    def _miss(self, criterion: Criterion, match: bytes) -> bytes | None:
        for value in _close_to(match):
            if len(value) <= MAX_VALUE and not self._judge.holds(criterion, value):
                return value
        if isinstance(criterion.body, Pattern):
            return self._far_miss(criterion.body.program)
        return None

    def _far_miss(self, program: int) -> bytes | None:
        if program not in self._misses:
            self._misses[program] = find_miss(self._machines[program]).value
        return self._misses[program]


def _numbers(low: int, high: int) -> Family:
    family: Family = {low: "the low end", high: "the high end"}
    beside = {
        low - 1: "one below the low end",
        low + 1: "one above the low end",
        high - 1: "one below the high end",
        high + 1: "one above the high end",
        (low + high) // 2: "in the middle",
        0: "0",
        _MAX_NUMBER: "the greatest number",
    }
    # What would be one of the range if only so many of its bits were looked at.
    cut = {low + (1 << bits): f"the low end and 2 to the {bits}" for bits in _CUT}
    for number, words in (*beside.items(), *cut.items()):
        if 0 <= number <= _MAX_NUMBER:
            family.setdefault(number, words)
    return {**family, None: "absent"}


def _globs(glob: bytes) -> Family:
    """Return the family of the glob with a byte for each wildcard, then with other lengths."""
    family = _texts(_expanded(glob, b"x"))
    for taken, words in ((b"", "nothing"), (b"xx", "two bytes")):
        match = _expanded(glob, taken)
        for value, change in _sizes(match):
            _put(family, value, f"{change}, with {words} for each `*`")
    return family


def _texts(match: bytes) -> Family:
    """Return the family of a value that matches."""
    family: Family = {}
    for value, words in (*_sizes(match), *_changes(match)):
        _put(family, value, words)
    family[None] = "absent"
    other = bytes([pick(_others(match[-1]))]) if match else b"a"
    _put(family, match.ljust(MAX_VALUE, other), f"{_OF_GREATEST_SIZE}, filled up behind")
    _put(family, match.rjust(MAX_VALUE, other), f"{_OF_GREATEST_SIZE}, filled up before")
    return family


def _sizes(match: bytes) -> Iterator[tuple[bytes, str]]:
    yield match, "equal"
    if match:
        yield match[:-1], "one byte shorter at its end"
        yield match[1:], "one byte shorter at its beginning"
    yield match + b"a", "one byte longer at its end"
    yield b"\xff" + match, "one byte longer at its beginning"


def _changes(match: bytes) -> Iterator[tuple[bytes, str]]:
    size = len(match)
    yield b"", "empty"
    if match:
        yield match[:1], "its first byte alone"
        yield match[-1:], "its last byte alone"
    for at, words in ((0, "first"), (size // 2, "middle"), (size - 1, "last")):
        if 0 <= at < size:
            other = bytes([pick(_others(match[at]))])
            yield match[:at] + other + match[at + 1 :], f"its {words} byte different"
    yield match.swapcase(), "in the other case"
    # As a comparison without case that takes others for letters would have it.
    yield bytes(byte ^ _OTHER_CASE for byte in match), "every byte as in the other case"
    yield match + b"\n", "a newline behind it"
    yield match + b"\0", "a zero byte behind it"
    yield b"a" + match + b"\xff", "one byte longer at both ends"
    yield match[:-1] + match, "begun twice"
    yield match + match, "twice"


def _put(family: Family, value: Value, words: str) -> None:
    if not isinstance(value, bytes) or len(value) <= MAX_VALUE:
        family.setdefault(value, words)


def _expanded(glob: bytes, taken: bytes) -> bytes:
    """Return a value that the glob matches: `?` took a byte, each `*` took `taken`."""
    return glob.replace(b"?", b"x").replace(b"*", taken)


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
