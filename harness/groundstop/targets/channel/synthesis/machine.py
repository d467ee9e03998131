# SPDX-License-Identifier: Apache-2.0
"""How pattern programs move: native/channel/README.md ("program"), seen from between two bytes.

Whether an instruction without consumption goes on depends on the byte before and the byte
after alone, and of these only on what `Behind` and `Ahead` tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from groundstop.targets.channel.patterns import Condition, Insn, Op

__all__ = ["Ahead", "Behind", "Machine", "mask_of"]

_ALL = (1 << 256) - 1
_NEWLINE = 0x0A


def mask_of(values: Iterable[int]) -> int:
    """Return a set of byte values as an integer: bit *b* for byte value *b*."""
    mask = 0
    for value in values:
        mask |= 1 << value
    return mask


_WORD_BYTES = mask_of(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


class Behind(Enum):
    """What is before a position: nothing, or a byte of some kind.

    LAST_NEWLINE is one that somebody has already taken for the value's last byte.
    """

    START = 0
    NEWLINE = 1
    LAST_NEWLINE = 2
    WORD = 3
    OTHER = 4


class Ahead(Enum):
    """What is after a position; `bytes` are those that it can be, none at the value's end."""

    END = 0
    LAST_NEWLINE = 1
    NEWLINE = 2
    WORD = 3
    OTHER = 4

    @property
    def bytes(self) -> int:
        """The set of bytes that it can be."""
        return _AHEAD_BYTES[self]

    @property
    def then(self) -> Behind:
        """What is behind once such a byte is consumed."""
        return _THEN[self]


_AHEAD_BYTES = {
    Ahead.END: 0,
    Ahead.LAST_NEWLINE: 1 << _NEWLINE,
    Ahead.NEWLINE: 1 << _NEWLINE,
    Ahead.WORD: _WORD_BYTES,
    Ahead.OTHER: _ALL & ~_WORD_BYTES & ~(1 << _NEWLINE),
}
_THEN = {
    Ahead.LAST_NEWLINE: Behind.LAST_NEWLINE,
    Ahead.NEWLINE: Behind.NEWLINE,
    Ahead.WORD: Behind.WORD,
    Ahead.OTHER: Behind.OTHER,
}


@dataclass(frozen=True)
class Machine:
    """One program with the classes of its file (32 bytes each)."""

    insns: tuple[Insn, ...]
    classes: Sequence[bytes]

    @cached_property
    def consumes(self) -> tuple[int, ...]:
        """For each instruction the set of bytes that it consumes, 0 for one that does not."""
        return tuple(self._consumed(insn) for insn in self.insns)

    @cached_property
    def _asks(self) -> bool:
        return any(insn.op == Op.ASSERT for insn in self.insns)

    def kinds(self, behind: Behind) -> Iterator[Ahead]:
        """Yield what may follow `behind`, the value's end first."""
        yield Ahead.END
        if behind is not Behind.LAST_NEWLINE:
            yield from (Ahead.WORD, Ahead.OTHER, Ahead.NEWLINE)
            if self._asks:
                yield Ahead.LAST_NEWLINE

    def closure(self, starts: Iterable[int], behind: Behind, ahead: Ahead) -> list[int]:
        """Return every instruction executed at one position, each once."""
        pending, seen = list(starts), set[int]()
        executed = []
        while pending:
            at = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            executed.append(at)
            insn = self.insns[at]
            match insn.op:
                case Op.JUMP:
                    pending.append(insn.x)
                case Op.SPLIT:
                    pending += (insn.x, insn.y)
                case Op.ASSERT if _holds(Condition(insn.arg), behind, ahead):
                    pending.append(at + 1)
        return executed

    def matches(self, executed: Iterable[int]) -> bool:
        """Return whether one of the instructions says that the value matches."""
        return any(self.insns[at].op == Op.MATCH for at in executed)

    def search(self, value: bytes) -> tuple[bool, int]:
        """Return whether the value contains a match, and the fuel that finding out takes."""
        fuel = 0
        for executed in self._run(value):
            fuel += len(executed)
            if self.matches(executed):
                return True, fuel
        return False, fuel

    def executed(self, value: bytes) -> set[int]:
        """Return every instruction that is executed on the value."""
        found: set[int] = set()
        for executed in self._run(value):
            found.update(executed)
            if self.matches(executed):
                break
        return found

    def _run(self, value: bytes) -> Iterator[list[int]]:
        """Yield what is executed at each position of the value."""
        due: set[int] = set()
        behind = Behind.START
        for position in range(len(value) + 1):
            ahead = _ahead(value, position)
            executed = self.closure(due | {0}, behind, ahead)
            yield executed
            if ahead is not Ahead.END:
                byte = value[position]
                due = {at + 1 for at in executed if self.consumes[at] >> byte & 1}
                behind = ahead.then

    def _consumed(self, insn: Insn) -> int:
        match insn.op:
            case Op.BYTE:
                return 1 << insn.arg
            case Op.ANY:
                return _ALL
            case Op.CLASS:
                return int.from_bytes(self.classes[insn.x], "little")
        return 0


def _ahead(value: bytes, position: int) -> Ahead:
    if position == len(value):
        return Ahead.END
    byte = value[position]
    if byte == _NEWLINE:
        return Ahead.LAST_NEWLINE if position + 1 == len(value) else Ahead.NEWLINE
    return Ahead.WORD if _WORD_BYTES >> byte & 1 else Ahead.OTHER


_NEEDS_BEHIND = {
    Condition.START: {Behind.START},
    Condition.LINE_START: {Behind.START, Behind.NEWLINE, Behind.LAST_NEWLINE},
}
_NEEDS_AHEAD = {
    Condition.END: {Ahead.END},
    Condition.LINE_END: {Ahead.END, Ahead.NEWLINE, Ahead.LAST_NEWLINE},
    Condition.LAST_LINE_END: {Ahead.END, Ahead.LAST_NEWLINE},
}


def _holds(condition: Condition, behind: Behind, ahead: Ahead) -> bool:
    if condition in _NEEDS_BEHIND:
        return behind in _NEEDS_BEHIND[condition]
    if condition in _NEEDS_AHEAD:
        return ahead in _NEEDS_AHEAD[condition]
    boundary = (behind is Behind.WORD) is not (ahead is Ahead.WORD)
    return boundary is (condition == Condition.WORD_BOUNDARY)
