# SPDX-License-Identifier: Apache-2.0
"""The text of a channel file's instances and programs, and of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionFlags, CriterionKind
from groundstop.targets.channel.patterns import disassemble
from groundstop.targets.channel.readable.literal import bytes_literal, key_literal, name_literal
from groundstop.targets.channel.readable.nodes import child, elements, number, octets, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundstop.format import Node
    from groundstop.targets.channel.readable.types import Names

__all__ = ["event_lines", "instance_lines", "program_lines"]


def instance_lines(channel: Node, names: Names) -> Iterator[str]:
    """Yield the text of every instance, as far as it was read."""
    for instance in elements(channel, "instances"):
        yield ""
        yield f"[[instance]] # bytes {instance.start} to {instance.end}"
        type_id = number(instance, "type_id")
        instance_id, name = number(instance, "instance_id"), octets(instance, "name")
        if instance_id is not None:
            yield f"id = {instance_id}"
        if name is not None:
            yield f"name = {name_literal(name)}"
        if type_id is not None:
            yield f"type = {key_or_string(names.type(type_id))}"
        severity = word(instance, "severity")
        if severity is not None:
            yield f'severity = "{severity}"'
        believed = number(instance, "input_count")
        known = names.inputs.get(type_id or 0, ())
        if believed is not None and believed != len(known):
            yield f"# its author believed in {believed} inputs"
        yield ""
        yield "[instance.match]"
        for criterion in elements(instance, "criteria"):
            index = number(criterion, "input")
            if index is not None and type_id is not None:
                yield f"{key_literal(names.input(type_id, index))} = {_criterion(criterion)}"


def key_or_string(name: str) -> str:
    """Write a type's name as the value that refers to it."""
    return name_literal(name.encode())


def _criterion(criterion: Node) -> str:
    kind, written = number(criterion, "kind"), word(criterion, "kind")
    body = child(criterion, "body")
    flags = number(criterion, "flags") or 0
    nocase = ", nocase = true" if flags & CriterionFlags.NOCASE else ""
    text, low, high = octets(body, "bytes"), number(body, "low"), number(body, "high")
    program = number(body, "program")
    if kind == CriterionKind.ANY:
        return "{ any = true }"
    if low is not None and high is not None:
        return str(low) if low == high else f"{{ range = [{low}, {high}] }}"
    if program is not None:
        return f"{{ program = {program} }} # a pattern; its source is not in the binary"
    if text is None:
        return f"{{ {written} }} # cut off"
    literal = bytes_literal(text)
    return (
        literal
        if kind == CriterionKind.EXACT and not nocase
        else f"{{ {written} = {literal}{nocase} }}"
    )


def program_lines(channel: Node) -> Iterator[str]:
    """Yield the disassembled programs, as comments."""
    classes = [octets(entry, "bitmap") or b"" for entry in elements(channel, "classes")]
    for index, program in enumerate(elements(channel, "programs")):
        yield ""
        yield f"# program {index}, bytes {program.start} to {program.end}:"
        insns = [
            (
                number(insn, "op") or 0,
                number(insn, "arg") or 0,
                number(insn, "x") or 0,
                number(insn, "y") or 0,
            )
            for insn in elements(program, "insns")
        ]
        yield from (f"# {line}" for line in disassemble(insns, classes))


def event_lines(events: Node, names: Names) -> Iterator[str]:
    """Yield the text of every event, as far as it was read."""
    for event in elements(events, "events"):
        yield ""
        yield f"[[event]] # bytes {event.start} to {event.end}"
        type_id = number(event, "type_id")
        if type_id is None:
            continue
        yield f"type = {key_or_string(names.type(type_id))}"
        values = elements(event, "values")
        if len(values) != len(names.inputs.get(type_id, ())):
            yield f"# it has {len(values)} values"
        yield ""
        yield "[event.values]"
        for index, value in enumerate(values):
            body = child(value, "body")
            text, integer = octets(body, "bytes"), number(body, "number")
            key = key_literal(names.input(type_id, index))
            if text is not None:
                yield f"{key} = {bytes_literal(text)}"
            elif integer is not None:
                yield f"{key} = {integer}"
