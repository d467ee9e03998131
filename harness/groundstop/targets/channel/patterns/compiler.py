# SPDX-License-Identifier: Apache-2.0
"""From a pattern's tree to a program: the construction of Thompson, with repeats written out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groundstop.targets.channel.patterns.program import MAX_INSNS, Insn, Op
from groundstop.targets.channel.patterns.regex import (
    ALL_BYTES,
    Assert,
    Choice,
    Node,
    PatternError,
    Repeat,
    Set,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Program", "compile_pattern"]

Program = tuple[Insn, ...]
"""What runs: 1 to MAX_INSNS instructions, the last one `match`."""


def compile_pattern(pattern: bytes, class_index: Callable[[int], int]) -> Program:
    r"""Compile `pattern` so that it matches where `re.search(pattern, value)` finds something.

    `class_index` gives the number in its file of a set of byte values (bit *b* of the
    integer: byte value *b*); identical sets should get the same number.  One difference
    from `re` before Python 3.14 is meant: an empty value has no word boundary, so `\B`
    matches in it.  Raises PatternError.
    """
    try:
        emitter = _Emitter(class_index)
        emitter.sequence(parse(pattern))
        emitter.put(Insn(Op.MATCH))
    except RecursionError:
        raise PatternError("is nested too deep") from None
    return tuple(emitter.insns)


@dataclass(slots=True)
class _Emitter:
    """Appends instructions; refuses to grow beyond MAX_INSNS, however large the repeats are."""

    class_index: Callable[[int], int]
    insns: list[Insn] = field(default_factory=list)

    def put(self, insn: Insn) -> int:
        """Append an instruction and return its position."""
        if len(self.insns) == MAX_INSNS:
            raise PatternError(
                f"needs more than {MAX_INSNS} instructions: use smaller repeats, "
                "or an instance for each branch of a |"
            )
        self.insns.append(insn)
        return len(self.insns) - 1

    def sequence(self, nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            match node:
                case Set(members):
                    self.consume(members)
                case Assert(condition):
                    self.put(Insn(Op.ASSERT, arg=condition))
                case Choice(branches):
                    self.choice(branches)
                case Repeat(body, low, high):
                    self.repeat(body, low, high)

    def consume(self, members: int) -> None:
        """Consume a byte of the set with the plainest instruction that does."""
        if members == ALL_BYTES:
            self.put(Insn(Op.ANY))
        elif members.bit_count() == 1:
            self.put(Insn(Op.BYTE, arg=members.bit_length() - 1))
        else:
            self.put(Insn(Op.CLASS, x=self.class_index(members)))

    def choice(self, branches: tuple[tuple[Node, ...], ...]) -> None:
        exits = []
        for branch in branches[:-1]:
            split = self.put(Insn(Op.SPLIT))
            self.sequence(branch)
            exits.append(self.put(Insn(Op.JUMP)))
            self.insns[split] = Insn(Op.SPLIT, x=split + 1, y=len(self.insns))
        self.sequence(branches[-1])
        for jump in exits:
            self.insns[jump] = Insn(Op.JUMP, x=len(self.insns))

    def repeat(self, body: tuple[Node, ...], low: int, high: int | None) -> None:
        """Write the body out: `low` times, then a loop or nested options for the rest."""
        start = len(self.insns)
        for _ in range(low):
            start = len(self.insns)
            self.sequence(body)
            if len(self.insns) == start:
                return  # nothing to do, however often: `(?:){1000000}`
        if high is not None:
            self.options(body, high - low)
        elif low:
            split = self.put(Insn(Op.SPLIT))
            self.insns[split] = Insn(Op.SPLIT, x=start, y=split + 1)
        else:
            split = self.put(Insn(Op.SPLIT))
            self.sequence(body)
            self.put(Insn(Op.JUMP, x=split))
            self.insns[split] = Insn(Op.SPLIT, x=split + 1, y=len(self.insns))

    def options(self, body: tuple[Node, ...], count: int) -> None:
        """Write the body up to `count` times more; each time, one may stop."""
        splits: list[int] = []
        for _ in range(count):
            splits.append(self.put(Insn(Op.SPLIT)))
            self.sequence(body)
            if len(self.insns) == splits[-1] + 1:
                self.insns.pop()
                return
        for split in splits:
            self.insns[split] = Insn(Op.SPLIT, x=split + 1, y=len(self.insns))
