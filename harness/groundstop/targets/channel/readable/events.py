# SPDX-License-Identifier: Apache-2.0
"""Events as a text source of their own, with the types that they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import InputKind, Number, Text
from groundstop.targets.channel.readable.literal import (
    bytes_literal,
    key_literal,
    string_literal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundstop.targets.channel.formats import Bundle, Event, TemplateType

__all__ = ["event_line", "events_text"]

_LONGEST = 80  # bytes of a value in one line


def events_text(bundle: Bundle, notes: Sequence[str] = ()) -> str:
    """Return a text source that compiles to just the events of `bundle`.

    Their values must fit the bundle's own types.  Names are those of the types where a
    text source can have them: unique, and UTF-8; others get numbers, which only the text
    shows.  `notes` are comments at its head.
    """
    used = {event.type_id for event in bundle.events.events}
    types = {each.type_id: each for each in bundle.templates.types if each.type_id in used}
    names = dict(zip(types, _unique([each.name for each in types.values()], "type"), strict=True))
    inputs = {
        type_id: _unique([entry.name for entry in each.inputs], "input")
        for type_id, each in types.items()
    }
    lines = [f"# {_one_line(note)}" for note in notes]
    for type_id, each in types.items():
        lines += _type_lines(each, names[type_id], inputs[type_id])
    for event in bundle.events.events:
        lines += _event_lines(event, names[event.type_id], inputs[event.type_id])
    return "\n".join(lines).strip("\n") + "\n"


def event_line(event: Event, types: Iterable[TemplateType]) -> str:
    """Return an event in one line, `ipc: operation = 77, pipe_name = 'x'`; absent values are not.

    Of a long value its beginning and its size.  Without its type inputs have numbers.
    """
    declared = next((each for each in types if each.type_id == event.type_id), None)
    inputs = _unique([entry.name for entry in declared.inputs], "input") if declared else []
    name = _unique([declared.name], "type")[0] if declared else f"type {event.type_id}"
    values = []
    for index, value in enumerate(event.values):
        written = inputs[index] if index < len(inputs) else f"input {index + 1}"
        match value.body:
            case Number(number=number):
                values.append(f"{written} = {number}")
            case Text(bytes_=text) if len(text) > _LONGEST:
                shown = bytes_literal(text[:_LONGEST])
                values.append(f"{written} = {shown}… ({len(text):,} bytes)")
            case Text(bytes_=text):
                values.append(f"{written} = {bytes_literal(text)}")
    return _one_line(f"{name}: {', '.join(values) or 'every value absent'}")


def _type_lines(declared: TemplateType, name: str, inputs: list[str]) -> Iterator[str]:
    yield from ("[[type]]", f"id = {declared.type_id}", f"name = {string_literal(name)}")
    yield "inputs = ["
    for entry, written in zip(declared.inputs, inputs, strict=True):
        kind = InputKind(entry.kind).name.lower()
        yield f'  {{ name = {string_literal(written)}, kind = "{kind}" }},'
    yield from ("]", "")


def _event_lines(event: Event, name: str, inputs: list[str]) -> Iterator[str]:
    yield from ("[[event]]", f"type = {string_literal(name)}", "")
    values = [value.body for value in event.values]
    if any(body is not None for body in values):
        yield "[event.values]"
        for written, body in zip(inputs, values, strict=True):
            if isinstance(body, Number):
                yield f"{key_literal(written)} = {body.number}"
            elif isinstance(body, Text):
                yield f"{key_literal(written)} = {bytes_literal(body.bytes_)}"
        yield ""


def _one_line(note: str) -> str:
    return "".join(character if character.isprintable() else " " for character in note)


def _unique(names: list[bytes], what: str) -> list[str]:
    """Return names that a text source can have, all different: else `what` and a number."""
    return [
        name.decode()
        if names.count(name) == 1 and _is_text(name) and not name.startswith(what.encode())
        else f"{what} {index + 1}"
        for index, name in enumerate(names)
    ]


def _is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
