# SPDX-License-Identifier: Apache-2.0
"""Runs pattern programs as native/channel/README.md words it, for tests that have no core."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Insn = tuple[int, int, int, int]

_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_NEWLINE = ord("\n")


class Classes:
    """Numbers sets of byte values as a file would: the same set, the same number."""

    def __init__(self) -> None:
        self.members: list[int] = []

    def index(self, members: int) -> int:
        if members not in self.members:
            self.members.append(members)
        return self.members.index(members)


def search(program: Sequence[Insn], classes: Sequence[int], value: bytes) -> bool:
    """Say whether the program matches anywhere in the value."""
    states: set[int] = set()
    for position in range(len(value) + 1):
        reached = _closure(program, states | {0}, value, position)
        if any(program[at][0] == 7 for at in reached):
            return True
        if position < len(value):
            byte = value[position]
            states = {at + 1 for at in reached if _consumes(program[at], classes, byte)}
    return False


def _closure(
    program: Sequence[Insn], start: Iterable[int], value: bytes, position: int
) -> set[int]:
    reached: set[int] = set()
    pending = list(start)
    while pending:
        at = pending.pop()
        if at in reached:
            continue
        reached.add(at)
        match program[at]:
            case (4, _, x, _):
                pending.append(x)
            case (5, _, x, y):
                pending += (x, y)
            case (6, condition, _, _) if _holds(condition, value, position):
                pending.append(at + 1)
    return reached


def _consumes(insn: Insn, classes: Sequence[int], byte: int) -> bool:
    match insn:
        case (1, arg, _, _):
            return arg == byte
        case (2, _, _, _):
            return True
        case (3, _, x, _):
            return bool(classes[x] >> byte & 1)
    return False


def _holds(condition: int, value: bytes, position: int) -> bool:
    at_end = position == len(value)
    before = position > 0 and value[position - 1] in _WORD
    after = not at_end and value[position] in _WORD
    newline_next = not at_end and value[position] == _NEWLINE
    return {
        1: position == 0,
        2: at_end,
        3: position == 0 or value[position - 1] == _NEWLINE,
        4: at_end or newline_next,
        5: at_end or (newline_next and position + 1 == len(value)),
        6: before != after,
        7: before == after,
    }[condition]
