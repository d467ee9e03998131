# SPDX-License-Identifier: Apache-2.0
"""The decoded view that people read: one line for each field, where it stands, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntFlag
from typing import TYPE_CHECKING, Any

from groundstop.format._nodes import Decoded, Node
from groundstop.format._spec import IntegerField, OctetsField, RecordField, Role, UnionField, word
from groundstop.words import counted

if TYPE_CHECKING:
    from groundstop.errors import DecodeError

_SHOWN_BYTES = 64
_ONE_LINE_FIELDS = 5
_INDENT = "  "


def view(decoded: Decoded[Any]) -> list[str]:
    """Return the lines of a decoded file: offset, indented field, value.

    A broken rule stands below its field, marked `!!`.  The last line says how the file
    is as a whole: where decoding stopped and why, or how many rules are broken.
    """
    return [*_lines(decoded.root, 0), _summary(decoded)]


def _summary(decoded: Decoded[Any]) -> str:
    if decoded.stopped is not None:
        reached = max(node.end for node in decoded.root.walk())
        size = counted(len(decoded.data), "byte")
        return f"stopped after {reached:,} of {size}: {decoded.stopped}"
    if decoded.problem is not None:
        return f"{counted(len(decoded.problems), 'rule')} broken, first: {decoded.problem}"
    return f"all {counted(len(decoded.data), 'byte')} decoded, no rule broken"


def _lines(node: Node, depth: int) -> Iterator[str]:
    compact = _compact(node)
    if compact is not None:
        yield _line(node, depth, f"{_name(node)}: {compact}")
        for below in node.walk():
            if below is not node:
                yield from _problems(below.problems)
    elif node.record is not None or node.children:
        yield _line(node, depth, f"{_name(node)}: {_heading(node)}")
        for child in node.children:
            yield from _lines(child, depth + 1)
    else:
        yield _line(node, depth, f"{_name(node)} = {_value(node)}")
    yield from _problems(node.problems)


def _line(node: Node, depth: int, text: str) -> str:
    return f"{node.start:>8}  {_INDENT * depth}{text}"


def _problems(problems: Sequence[DecodeError]) -> Iterator[str]:
    for problem in problems:
        yield f"{problem.offset:>8}  !! {problem}"


def _name(node: Node) -> str:
    if node.parent is None:
        return "file"
    return f"{node.parent.name}{node.name}" if node.field is None else node.name


def _heading(node: Node) -> str:
    size = counted(node.end - node.start, "byte")
    what = type(node.record).__title__ if node.record is not None else "elements"
    if node.record is None:
        return f"{counted(len(node.children), 'element')}, {size}"
    if isinstance(node.field, RecordField) or node.parent is None:
        return f"{what}, {size}"
    return what


def _compact(node: Node) -> str | None:
    """Return a small record of plain values on one line, or None."""
    if node.record is None or not 0 < len(node.children) <= _ONE_LINE_FIELDS:
        return None
    texts = []
    for child in node.children:
        if isinstance(child.field, UnionField) and not child.children:
            continue
        if isinstance(child.field, IntegerField) and child.field.role is Role.SIZE:
            continue  # it is that of the bytes beside it, or a problem says that it is not
        inner = _compact(child) if isinstance(child.field, UnionField) else None
        if inner is not None:
            texts.append(f"{child.name} = {inner}")
            continue
        if not isinstance(child.field, IntegerField | OctetsField):
            return None
        texts.append(f"{child.name} = {_value(child)}")
    return f"{type(node.record).__title__} {', '.join(texts)}"


def _value(node: Node) -> str:
    value = node.value
    if isinstance(value, IntFlag):
        return f"{value.name.lower() if value.name else '-'} ({int(value):#x})"
    if isinstance(value, int):
        if isinstance(node.field, IntegerField) and node.field.role is Role.CHECKSUM:
            return f"{value:#010x}"
        return word(value)
    if isinstance(value, bytes):
        shown = value[:_SHOWN_BYTES]
        rest = f" and {counted(more, 'more byte')}" if (more := len(value) - len(shown)) else ""
        return f"{shown!r}{rest}"
    if isinstance(value, list):
        shown_list = ", ".join(map(str, value[:_SHOWN_BYTES]))
        others = ", ..." if len(value) > _SHOWN_BYTES else ""
        return f"[{shown_list}{others}]"
    return "(empty)" if node.complete else "(cut off)"
