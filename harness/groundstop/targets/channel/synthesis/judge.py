# SPDX-License-Identifier: Apache-2.0
"""Judge one criterion by one value: whether it holds, and what fuel that takes.

Written from native/channel/README.md ("criterion", "Evaluation and fuel"), so that what
synthesis hopes for is known before the core runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionFlags, CriterionKind, Pattern, Range, Text
from groundstop.targets.channel.patterns import Insn
from groundstop.targets.channel.synthesis.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundstop.targets.channel.formats import ChannelFile, Criterion

__all__ = ["Judge", "Value", "machines_of"]

Value = bytes | int | None
"""What an event has for one input; None: absent."""

_STAR, _ANY = b"*?"


def machines_of(channel: ChannelFile) -> tuple[Machine, ...]:
    """Return the pattern programs of a channel file, ready to be run and searched."""
    classes = [entry.bitmap for entry in channel.classes]
    return tuple(
        Machine(tuple(Insn(i.op, i.arg, i.x, i.y) for i in program.insns), classes)
        for program in channel.programs
    )


class Judge:
    """Judges by the criteria of one channel file; remembers what patterns said."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self._machines = machines
        self._known: dict[tuple[int, bytes], tuple[bool, int]] = {}

    def holds(self, criterion: Criterion, value: Value) -> bool:
        """Return whether the criterion is true of the value."""
        return self.judge(criterion, value)[0]

    def judge(self, criterion: Criterion, value: Value) -> tuple[bool, int]:
        """Return whether the criterion is true of the value, and its fuel but for the first 1."""
        if criterion.kind is CriterionKind.ANY:
            return True, 0
        match criterion.body, value:
            case Range(low=low, high=high), int():
                return low <= value <= high, 0
            case Pattern(program=program), bytes():
                return self._search(program, value)
            case Text(bytes_=text), bytes():
                nocase = bool(criterion.flags & CriterionFlags.NOCASE)
                if nocase:
                    text, value = text.lower(), value.lower()
                return _judge_text(criterion.kind, text, value)
        return False, 0

    def _search(self, program: int, value: bytes) -> tuple[bool, int]:
        key = (program, value)
        if key not in self._known:
            self._known[key] = self._machines[program].search(value)
        return self._known[key]


def _judge_text(kind: CriterionKind, text: bytes, value: bytes) -> tuple[bool, int]:
    match kind:
        case CriterionKind.EXACT:
            return value == text, len(text) if len(value) == len(text) else 0
        case CriterionKind.PREFIX:
            return value.startswith(text), len(text) if len(value) >= len(text) else 0
        case CriterionKind.SUFFIX:
            return value.endswith(text), len(text) if len(value) >= len(text) else 0
        case CriterionKind.SUBSTRING:
            return text in value, _substring_cost(text, value)
    return _glob(text, value)


def _substring_cost(text: bytes, value: bytes) -> int:
    cost = 0
    for start in range(len(value) - len(text) + 1):
        same = 0
        while same < len(text) and text[same] == value[start + same]:
            same += 1
        cost += same + (same < len(text))
        if same == len(text):
            break
    return cost


def _glob(glob: bytes, value: bytes) -> tuple[bool, int]:
    at = g = cost = star_at = behind_star = 0
    while at < len(value):
        cost += 1
        if g < len(glob) and glob[g] == _STAR:
            g += 1
            behind_star, star_at = g, at
        elif g < len(glob) and glob[g] in {_ANY, value[at]}:
            g += 1
            at += 1
        elif behind_star:
            star_at += 1
            at, g = star_at, behind_star
        else:
            return False, cost
    rest = glob[g:]
    stars = len(rest) - len(rest.lstrip(b"*"))
    return stars == len(rest), cost + stars
