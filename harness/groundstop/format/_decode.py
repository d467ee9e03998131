# SPDX-License-Identifier: Apache-2.0
"""The tolerant parser: a tree of what was read, with spans, as far as the bytes go."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from groundstop.errors import DecodeError
from groundstop.format._nodes import Decoded, Node
from groundstop.format._spec import (
    ArrayField,
    Field,
    IntegerField,
    OctetsField,
    OffsetsField,
    RecordField,
    UnionField,
)
from groundstop.format._wire import Wire
from groundstop.words import counted

if TYPE_CHECKING:
    from groundstop.format._record import Record

R = TypeVar("R", bound="Record")


class _StopError(Exception):
    """Decoding of the enclosing part cannot go on."""


class _Reader:
    """Reads records of one data; `limit` is the end of the part being read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.limit = len(data)

    def stop(self, node: Node, message: str) -> _StopError:
        node.note(message)
        return _StopError()

    def take(self, node: Node, size: int) -> bytes:
        left = self.limit - self.at
        if size > left:
            node.end = self.limit
            raise self.stop(node, f"needs {counted(size, 'byte')}, {left:,} are left")
        start = self.at
        self.at += size
        return self.data[start : self.at]

    def integer(self, node: Node, wire: Wire, order: str) -> int:
        raw = self.take(node, wire.size)
        return int.from_bytes(raw, "big" if (wire.order or order) == "big" else "little")

    def record(self, cls: type[Record], node: Node) -> None:
        record = cls.__new__(cls)
        node.record = record
        node.value = record
        values = record.__dict__
        children: list[Node] = []
        node.children = children
        data = self.data
        for attribute, spec, size, order, known in cls.__layout__:
            at = self.at
            end = at + size
            if size and end <= self.limit:
                # Nearly all fields are integers, and nearly all have their bytes.
                value = int.from_bytes(data[at:end], order)
                if known is not None:
                    value = known(value)
                values[attribute] = value
                children.append(Node(spec.name, spec, at, node, end, value, complete=True))
                self.at = end
                continue
            child = Node(spec.name, spec, at, node)
            children.append(child)
            try:
                self.field(spec, child, values, cls.__order__)
                child.complete = True
            finally:
                child.end = max(child.end, self.at)
                if child.value is not None or child.complete:
                    values[attribute] = child.value
        node.end = self.at
        node.complete = True

    def field(self, spec: Field, node: Node, values: dict[str, object], order: str) -> None:
        if isinstance(spec, IntegerField):
            self.take(node, spec.wire.size)
        elif isinstance(spec, OctetsField):
            node.value = self.take(node, self.measure(spec.size, values))
        elif isinstance(spec, ArrayField):
            self.array(spec, node, values, order)
        elif isinstance(spec, OffsetsField):
            self.offsets(spec, node, values, order)
        elif isinstance(spec, RecordField):
            if spec.is_part:
                self.part(spec, node, values)
            else:
                self.record(spec.record, node)
        elif isinstance(spec, UnionField):
            tag = cast("int", values[spec.tag])
            if tag not in spec.cases:
                raise self.stop(node, f"no body is declared for {spec.tag} {int(tag)}")
            case = spec.cases[tag]
            if case is not None:
                self.record(case, node)

    def measure(self, size: int | str | None, values: dict[str, object]) -> int:
        if size is None:
            return self.limit - self.at
        return size if isinstance(size, int) else cast("int", values[size])

    def array(self, spec: ArrayField, node: Node, values: dict[str, object], order: str) -> None:
        elements: list[object] = []
        node.value = elements
        children: list[Node] = []
        node.children = children
        count = None if spec.count is None else self.measure(spec.count, values)
        while len(elements) != count if count is not None else self.at < self.limit:
            child = Node(f"[{len(elements)}]", None, self.at, node)
            children.append(child)
            try:
                if isinstance(spec.item, Wire):
                    child.value = self.integer(child, spec.item, order)
                else:
                    self.record(spec.item, child)
                child.complete = True
            finally:
                child.end = max(child.end, self.at)
                if child.value is not None:
                    elements.append(child.value)

    def offsets(
        self, spec: OffsetsField, node: Node, values: dict[str, object], order: str
    ) -> None:
        owner = node.parent.record if node.parent else None
        target = type(owner).__fields__[spec.to] if owner is not None else None
        count = self.measure(target.count if isinstance(target, ArrayField) else 0, values)
        order = "big" if (spec.wire.order or order) == "big" else "little"
        raw = self.take(node, count * spec.wire.size)
        size = spec.wire.size
        node.value = [
            int.from_bytes(raw[at : at + size], "big" if order == "big" else "little")
            for at in range(0, len(raw), size)
        ]

    def part(self, spec: RecordField, node: Node, values: dict[str, object]) -> None:
        size = self.measure(spec.size, values)
        outer, end = self.limit, self.at + size
        self.limit = min(end, outer)
        try:
            self.record(spec.record, node)
        except _StopError:
            # what comes behind a part does not depend on what is in it
            self.at = self.limit
        else:
            if self.at < self.limit:
                left = self.limit - self.at
                node.note(f"{counted(left, 'byte')} behind the last field", self.at)
            self.at = self.limit
        finally:
            self.limit = outer
        if end > outer:
            raise self.stop(node, f"needs {counted(size, 'byte')}, {outer - node.start:,} are left")


def decode(cls: type[R], data: bytes) -> Decoded[R]:
    """Decode as far as it goes; every rule is checked on what was decoded, once that is asked."""
    from groundstop.format._rules import check_rules

    data = bytes(data)
    reader = _Reader(data)
    root = Node("", None, 0, None)
    stopped: DecodeError | None = None
    try:
        reader.record(cls, root)
    except _StopError:
        root.end = len(data)
        stopped = next(problem for node in reversed(list(root.walk())) for problem in node.problems)
    if reader.at < len(data) and stopped is None:
        left = len(data) - reader.at
        root.note(f"{counted(left, 'byte')} behind the last field", reader.at)
    return Decoded(data, root, stopped, check_rules)


def parse(cls: type[R], data: bytes) -> R:
    """Decode bytes that keep every rule, or raise the first problem."""
    decoded = decode(cls, data)
    if decoded.problem is not None:
        raise decoded.problem
    return decoded.value
