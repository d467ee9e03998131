# SPDX-License-Identifier: Apache-2.0
"""The template types of a binary: their text, and the names that other parts are shown with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.readable.literal import name_literal
from groundstop.targets.channel.readable.nodes import elements, number, octets, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundstop.format import Node

__all__ = ["Names", "names_of", "type_lines"]


@dataclass(frozen=True, slots=True)
class Names:
    """What types and inputs are called."""

    types: Mapping[int, str]
    inputs: Mapping[int, tuple[str, ...]]

    def type(self, type_id: int) -> str:
        """Return a type's name, or words for one that has none."""
        return self.types.get(type_id, f"type {type_id}")

    def input(self, type_id: int, index: int) -> str:
        """Return an input's name; inputs are counted from 1 where people read it."""
        names = self.inputs.get(type_id, ())
        return names[index] if index < len(names) else f"input {index + 1}"


def names_of(templates: Node | None) -> Names:
    """Collect the names of a template file; two inputs of one name keep their numbers."""
    types: dict[int, str] = {}
    inputs: dict[int, tuple[str, ...]] = {}
    for declared in elements(templates, "types"):
        type_id = number(declared, "type_id")
        if type_id is None:
            continue
        types.setdefault(type_id, _text(octets(declared, "name")) or f"type {type_id}")
        names = [_text(octets(entry, "name")) for entry in elements(declared, "inputs")]
        inputs.setdefault(
            type_id,
            tuple(
                name if name and names.count(name) == 1 else f"input {index + 1}"
                for index, name in enumerate(names)
            ),
        )
    return Names(types, inputs)


def _text(name: bytes | None) -> str:
    return (name or b"").decode(errors="backslashreplace")


def type_lines(templates: Node | None) -> Iterator[str]:
    """Yield the text of every type, as far as it was read."""
    for declared in elements(templates, "types"):
        yield ""
        yield "[[type]]"
        type_id, name = number(declared, "type_id"), octets(declared, "name")
        if type_id is not None:
            yield f"id = {type_id}"
        if name is not None:
            yield f"name = {name_literal(name)}"
        yield "inputs = ["
        for entry in elements(declared, "inputs"):
            kind, name = word(entry, "kind"), octets(entry, "name")
            if kind is not None and name is not None:
                yield f'  {{ name = {name_literal(name)}, kind = "{kind}" }},'
        yield "]"
