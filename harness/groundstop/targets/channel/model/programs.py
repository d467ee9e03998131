# SPDX-License-Identifier: Apache-2.0
"""Pattern programs: the rules that a file's must keep, and how one runs over a value."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import MAX_INSNS, Op
from groundstop.targets.channel.model.reader import require
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundstop.targets.channel.model.fuel import Fuel
    from groundstop.targets.channel.model.reader import Reader

__all__ = ["Insn", "Program", "load_program", "search"]

_CONDITIONS = range(1, 8)
_OPS = frozenset(Op)
_GOING_ON = frozenset({Op.JUMP, Op.SPLIT})
_LAST = frozenset({Op.JUMP, Op.SPLIT, Op.MATCH})
_WORD = frozenset((string.ascii_letters + string.digits + "_").encode())
_EVERY_BYTE = (1 << 256) - 1


@dataclass(frozen=True, slots=True)
class Insn:
    """One instruction.

    `members` are the byte values that it consumes, byte value *b* as bit *b*; `targets` is
    where it goes on without consuming one, `condition` what must hold there (0: nothing).
    """

    is_match: bool
    members: int
    targets: tuple[int, ...]
    condition: int


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions; `first` is the number in the file of the first of them."""

    first: int
    insns: tuple[Insn, ...]

    def __len__(self) -> int:
        """Return the number of instructions."""
        return len(self.insns)


def load_program(reader: Reader, first: int, classes: Sequence[int]) -> Program:
    """Read a program of a file with these classes (as `Insn.members`), or raise RefusedError."""
    insn_count = reader.number(2)
    require(1 <= insn_count <= MAX_INSNS, Status.BAD_COUNT)
    require(reader.number(2) == 0, Status.BAD_VALUE)
    insns = (_insn(reader, index, insn_count, classes) for index in range(insn_count))
    return Program(first, tuple(insns))


def _insn(reader: Reader, index: int, insn_count: int, classes: Sequence[int]) -> Insn:
    op = reader.number(1)
    require(op in _OPS, Status.BAD_PROGRAM)
    require(index + 1 < insn_count or op in _LAST, Status.BAD_PROGRAM)
    arg = reader.number(1)
    if op == Op.ASSERT:
        require(arg in _CONDITIONS, Status.BAD_PROGRAM)
    else:
        require(op == Op.BYTE or arg == 0, Status.BAD_PROGRAM)
    x = reader.number(2)
    if op == Op.CLASS:
        require(x < len(classes), Status.BAD_REFERENCE)
    else:
        require(x < insn_count if op in _GOING_ON else x == 0, Status.BAD_PROGRAM)
    y = reader.number(2)
    require(y < insn_count if op == Op.SPLIT else y == 0, Status.BAD_PROGRAM)
    return Insn(
        is_match=op == Op.MATCH,
        members=_members(op, arg, x, classes),
        targets={Op.JUMP: (x,), Op.SPLIT: (x, y), Op.ASSERT: (index + 1,)}.get(Op(op), ()),
        condition=arg if op == Op.ASSERT else 0,
    )


def _members(op: int, arg: int, x: int, classes: Sequence[int]) -> int:
    if op == Op.BYTE:
        return 1 << arg
    if op == Op.CLASS:
        return classes[x]
    return _EVERY_BYTE if op == Op.ANY else 0


def search(program: Program, value: bytes, fuel: Fuel, executed: set[int]) -> bool:
    """Say whether the value contains a match; add to `executed` each instruction that ran."""
    insns = program.insns
    reached: set[int] = set()
    ran: set[int] = set()
    try:
        for position in range(len(value) + 1):
            starts = {0}
            if position:
                byte = value[position - 1]
                starts |= {at + 1 for at in reached if insns[at].members >> byte & 1}
            reached = _reach(insns, starts, value, position)
            fuel.spend(len(reached))
            ran |= reached
            if any(insns[at].is_match for at in reached):
                return True
    finally:
        executed.update(program.first + at for at in ran)
    return False


def _reach(insns: Sequence[Insn], starts: Iterable[int], value: bytes, position: int) -> set[int]:
    """Return every instruction that is executed at one position of the value."""
    reached: set[int] = set()
    pending = list(starts)
    while pending:
        at = pending.pop()
        if at not in reached:
            reached.add(at)
            insn = insns[at]
            if not insn.condition or _holds(insn.condition, value, position):
                pending += insn.targets
    return reached


def _holds(condition: int, value: bytes, position: int) -> bool:
    """Say whether a condition holds between the bytes before and from `position` on."""
    before, after = value[max(position - 1, 0) : position], value[position : position + 1]
    match condition:
        case 1:
            return not before
        case 2:
            return not after
        case 3:
            return before in {b"", b"\n"}
        case 4:
            return after in {b"", b"\n"}
        case 5:
            return value[position:] in {b"", b"\n"}
    at_boundary = _is_word(before) != _is_word(after)
    return at_boundary == (condition == 6)  # noqa: PLR2004 - the table of conditions


def _is_word(neighbor: bytes) -> bool:
    return bool(neighbor) and neighbor[0] in _WORD
