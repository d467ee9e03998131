# SPDX-License-Identifier: Apache-2.0
"""Pattern programs in tests: run without a core, and put into testcases for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import (
    Bundle,
    ByteClass,
    ChannelFile,
    Criterion,
    CriterionKind,
    Event,
    Events,
    Insn,
    Instance,
    Pattern,
    Program,
    Severity,
    TemplateFile,
)
from groundstop.targets.channel.patterns import PatternError, compile_pattern
from groundstop.targets.channel.patterns import Program as Insns
from support.contents import value_of

Line = tuple[int, int, int, int]

_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_NEWLINE = ord("\n")


# script_execution, which every release has, and its input script_text.
_TYPE = next(t for t in ChannelContent().default_types.types if t.type_id == 2)
_INPUT = [entry.name for entry in _TYPE.inputs].index(b"script_text")


def compiles(pattern: str) -> bool:
    """Say whether the content compiler takes a pattern, which may be too long for it."""
    try:
        compile_pattern(pattern.encode(), Classes().index)
    except PatternError:
        return False
    return True


def program_of(insns: Insns) -> Program:
    """Return what the content compiler made as a file has it."""
    return Program(insns=[Insn(op=i.op, arg=i.arg, x=i.x, y=i.y) for i in insns])


def pattern_bundle(patterns: Sequence[str], values: Sequence[bytes]) -> Bundle:
    """Return one instance for each pattern, by number from 1, and one event for each value."""
    classes = Classes()
    compiled = [compile_pattern(pattern.encode(), classes.index) for pattern in patterns]
    channel = ChannelFile(
        channel=1,
        classes=[ByteClass(bitmap=members.to_bytes(32, "little")) for members in classes.members],
        instances=[
            Instance(
                instance_id=number + 1,
                type_id=_TYPE.type_id,
                input_count=len(_TYPE.inputs),
                severity=Severity.LOW,
                name=b"pattern",
                criteria=[
                    Criterion(
                        input=_INPUT, kind=CriterionKind.PATTERN, body=Pattern(program=number)
                    )
                ],
            )
            for number in range(len(patterns))
        ],
        programs=[program_of(insns) for insns in compiled],
    )
    absent = [value_of(None)] * _INPUT
    events = [Event(type_id=_TYPE.type_id, values=[*absent, value_of(value)]) for value in values]
    templates = TemplateFile(types=[_TYPE])
    return Bundle(templates=templates, channel=channel, events=Events(events=events))


class Classes:
    """Numbers sets of byte values as a file would: the same set, the same number."""

    def __init__(self) -> None:
        self.members: list[int] = []

    def index(self, members: int) -> int:
        if members not in self.members:
            self.members.append(members)
        return self.members.index(members)


def search(program: Sequence[Line], classes: Sequence[int], value: bytes) -> bool:
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
    program: Sequence[Line], start: Iterable[int], value: bytes, position: int
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


def _consumes(insn: Line, classes: Sequence[int], byte: int) -> bool:
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
