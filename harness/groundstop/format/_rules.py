# SPDX-License-Identifier: Apache-2.0
"""Every rule of a declaration, checked on the tree that the parser read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from groundstop.format._domains import (
    Anything,
    Between,
    Depends,
    Domain,
    Fits,
    Index,
    Same,
)
from groundstop.format._nodes import Node
from groundstop.format._scope import Scope, find_index, lookup_integer, lookup_table
from groundstop.format._spec import (
    ArrayField,
    IntegerField,
    OctetsField,
    OffsetsField,
    Role,
    word,
)
from groundstop.words import counted

if TYPE_CHECKING:
    from groundstop.format._record import Record


def check_rules(root: Node, data: bytes) -> None:
    """Add to each node's problems the rules that it breaks."""
    if root.record is not None:
        _Checker(data).record(root, Scope(root.record))


def broken(field: IntegerField, value: int, scope: Scope, *, usual: bool = False) -> Iterator[str]:
    """Yield what a value breaks of the rules in the field itself, or of what is usual."""
    if usual:
        if field.usual is not None:
            yield from _broken_domain(field.usual, value, scope)
        return
    yield from _broken_role(field, value)
    if field.has_bounds:
        yield from _broken_bounds(field, value, scope)
    if field.domain is not None:
        yield from _broken_domain(field.domain, value, scope)


def _broken_bounds(field: IntegerField, value: int, scope: Scope) -> Iterator[str]:
    low = lookup_integer(scope, field.at_least)
    if low is not None and value < low:
        yield f"is {int(value)}, must be at least {low}{_named(field.at_least)}"
    high = lookup_integer(scope, field.at_most)
    if high is not None and value > high:
        yield f"is {int(value)}, must be at most {high}{_named(field.at_most)}"
    below = lookup_integer(scope, field.below)
    if below is not None and value >= below:
        yield f"is {int(value)}, must be below {below}{_named(field.below)}"


def _broken_role(field: IntegerField, value: int) -> Iterator[str]:
    if field.role is Role.CONSTANT and value != field.constant:
        yield f"is {value}, must be {field.constant}"
    elif field.role is Role.RESERVED and value != 0:
        yield f"is {value}, reserved, must be 0"
    elif field.enumeration is not None and value not in field.members:
        yield f"is {value}, no {field.enumeration.__name__}"
    elif field.flags is not None and value & ~field.mask:
        yield f"has unknown bits {value & ~field.mask:#x}"


def _named(bound: int | str | None) -> str:
    return f" ({bound})" if isinstance(bound, str) else ""


def _broken_domain(domain: Domain, value: int, scope: Scope) -> Iterator[str]:
    if isinstance(domain, Anything):
        return
    if isinstance(domain, Between):
        if not domain.low <= value <= domain.high:
            span = f"from {domain.low} to {domain.high}"
            yield f"is {int(value)}, must be {span if domain.low < domain.high else domain.low}"
    elif isinstance(domain, Depends):
        other = scope.record.__dict__.get(domain.on)
        if isinstance(other, int):
            yield from _broken_domain(domain.case(other), value, scope)
    elif isinstance(domain, Same | Fits):
        yield from _broken_agreement(domain, value, scope)
    else:
        table = lookup_table(scope, domain)
        if table is not None and find_index(table, domain, value) is None:
            elements = table.value if isinstance(table.value, list) else []
            what = domain.path
            if isinstance(domain, Index):
                yield f"is {int(value)}, but {what} has {counted(len(elements), 'element')}"
            else:
                yield f"is {int(value)}, which no {what} is"


def _broken_agreement(domain: Same | Fits, value: int, scope: Scope) -> Iterator[str]:
    other = lookup_integer(scope, domain.path)
    if other is None:
        return
    need = domain.need(value) if isinstance(domain, Fits) else value
    if need is not None and need != other:
        if isinstance(domain, Same):
            yield f"is {word(value)}, but {domain.path} is {word(other)}"
        else:
            yield f"{word(value)} needs {domain.path} {word(need)}, which is {word(other)}"


class _Checker:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def record(self, node: Node, scope: Scope) -> None:
        for child in node.children:
            field = child.field
            if isinstance(field, IntegerField):
                if child.complete and field.has_rules:
                    self.integer(node, child, field, scope)
            elif isinstance(field, OctetsField):
                if field.constant is not None and child.complete:
                    self.constant(child, field)
            elif isinstance(field, OffsetsField):
                if child.complete:
                    self.offsets(node, child, field)
            elif isinstance(field, ArrayField):
                self.array(child, field, scope)
            elif child.record is not None:
                self.record(child, Scope(child.record, scope, field))

    def integer(self, node: Node, child: Node, field: IntegerField, scope: Scope) -> None:
        value = child.value
        if not isinstance(value, int):
            return
        for message in broken(field, value, scope):
            child.note(message)
        if field.role is Role.TOTAL:
            # of a part it is the size of the part that counts, not how far decoding got
            end = node.end if node.complete or node.parent is None else None
            if end is not None and value != end - node.start:
                child.note(f"is {value}, the size is {end - node.start}")
        elif field.role is Role.CHECKSUM and field.algorithm is not None:
            start = node.start
            if field.first:
                start = next(n.start for n in node.children if n.name == field.first)
            right = field.algorithm.compute(self.data[start : child.start])
            if value != right:
                child.note(f"is {value:#x}, {field.algorithm.name} gives {right:#x}")

    def constant(self, child: Node, field: OctetsField) -> None:
        if child.value != field.constant:
            wanted = "zero bytes" if field.reserved else repr(field.constant)
            child.note(f"is {child.value!r}, must be {wanted}")

    def offsets(self, node: Node, child: Node, field: OffsetsField) -> None:
        target = next((n for n in node.children if n.name == field.to), None)
        values = child.value if isinstance(child.value, list) else []
        for position, (value, element) in enumerate(
            zip(values, target.children if target else [], strict=False)
        ):
            if value != element.start - node.start:
                child.note(
                    f"entry {position} is {value}, {element.path} starts at "
                    f"{element.start - node.start}",
                    child.start + position * field.wire.size,
                )

    def array(self, node: Node, field: ArrayField, scope: Scope) -> None:
        before: Record | None = None
        for position, child in enumerate(node.children):
            if child.record is None:
                continue
            self.record(child, Scope(child.record, scope, field, position))
            self.ascending(child, before)
            before = child.record
        if node.complete and node.children and field.last:
            self.last(node.children[-1], field)

    def ascending(self, element: Node, before: Record | None) -> None:
        for child in element.children:
            field = child.field
            if not isinstance(field, IntegerField) or not field.ascending or before is None:
                continue
            earlier = before.__dict__.get(field.attribute)
            if (
                isinstance(child.value, int)
                and child.complete
                and isinstance(earlier, int)
                and child.value <= earlier
            ):
                child.note(f"is {child.value}, must be over {earlier}, the one before")

    def last(self, element: Node, field: ArrayField) -> None:
        for child in element.children:
            allowed = field.last.get(child.name)
            if allowed is not None and isinstance(child.value, int) and child.value not in allowed:
                child.note(f"is {word(child.value)}, which the last element must not be")
