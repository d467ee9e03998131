# SPDX-License-Identifier: Apache-2.0
"""The readable form of pattern programs and byte sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.patterns.program import Condition, Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Line = tuple[int, int, int, int]

__all__ = ["disassemble", "show_set"]

_BYTE_MAX = 0xFF


def disassemble(insns: Iterable[Line], classes: Sequence[bytes] = ()) -> Iterator[str]:
    """Yield lines for (op, arg, x, y) instructions, whatever the values: no program is trusted.

    A run of `byte` instructions that nothing jumps into is one line.  `classes` are the
    file's bitmaps, shown beside the instructions that use them.
    """
    program = list(insns)
    targets = {to for op, _, x, y in program if op in {Op.JUMP, Op.SPLIT} for to in (x, y)}
    position = 0
    while position < len(program):
        end = position + 1
        if _plain_byte(program[position]):
            while end < len(program) and end not in targets and _plain_byte(program[end]):
                end += 1
        if end - position > 1:
            text = bytes(arg for _, arg, _, _ in program[position:end])
            yield f"{position:4} bytes {repr(text)[1:]}"
        else:
            yield f"{position:4} {_words(*program[position], classes)}"
        position = end


def _plain_byte(insn: Line) -> bool:
    op, arg, x, y = insn
    return op == Op.BYTE and arg <= _BYTE_MAX and not x and not y


def _words(op: int, arg: int, x: int, y: int, classes: Sequence[bytes]) -> str:
    match op:
        case Op.BYTE:
            words, used = f"byte {_byte(arg)}", (1, 0, 0)
        case Op.ANY:
            words, used = "any", (0, 0, 0)
        case Op.CLASS:
            shown = f" {show_set(classes[x])}" if x < len(classes) else ""
            words, used = f"class {x}{shown}", (0, 1, 0)
        case Op.JUMP:
            words, used = f"jump {x}", (0, 1, 0)
        case Op.SPLIT:
            words, used = f"split {x}, {y}", (0, 1, 1)
        case Op.ASSERT:
            words, used = f"assert {_condition(arg)}", (1, 0, 0)
        case Op.MATCH:
            words, used = "match", (0, 0, 0)
        case _:
            words, used = f"operation {op}?", (0, 0, 0)
    stray = [
        f"{name}={value}"
        for name, value, is_used in zip(("arg", "x", "y"), (arg, x, y), used, strict=True)
        if value and not is_used
    ]
    return words + (f"  (unused but set: {', '.join(stray)})" if stray else "")


def _byte(value: int) -> str:
    return repr(bytes([value]))[1:] if value <= _BYTE_MAX else str(value)


def _condition(value: int) -> str:
    try:
        return Condition(value).name.lower().replace("_", " ")
    except ValueError:
        return f"condition {value}?"


def show_set(bitmap: bytes) -> str:
    r"""Write a class as ranges of byte values, `[0-9 \x80-\xff]`; a wide one as `[^ ...]`."""
    members = [value for value in range(len(bitmap) * 8) if bitmap[value // 8] >> value % 8 & 1]
    if len(members) > len(bitmap) * 4:
        rest = sorted(set(range(len(bitmap) * 8)).difference(members))
        return f"[^ {' '.join(_ranges(rest))}]"
    return f"[{' '.join(_ranges(members))}]"


def _ranges(members: list[int]) -> Iterator[str]:
    position = 0
    while position < len(members):
        end = position
        while end + 1 < len(members) and members[end + 1] == members[end] + 1:
            end += 1
        low, high = (_byte(members[at])[1:-1] for at in (position, end))
        yield low if position == end else f"{low}-{high}"
        position = end + 1
