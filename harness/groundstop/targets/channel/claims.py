# SPDX-License-Identifier: Apache-2.0
"""What content asks of a sensor, from text or from binary, with the place of each claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionKind
from groundstop.targets.channel.readable.nodes import child, elements, number, octets, word

if TYPE_CHECKING:
    from groundstop.errors import SourceLocation
    from groundstop.targets.channel.bundle import Binary
    from groundstop.targets.channel.source import Source

__all__ = ["Claims", "InputClaim", "Read", "TypeClaim", "claims_of_binary", "claims_of_text"]


@dataclass(frozen=True, slots=True)
class InputClaim:
    """The definition's word on one input: its name and `bytes` or `integer`."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TypeClaim:
    """The definition's word on one template type."""

    type_id: int
    name: str
    inputs: tuple[InputClaim, ...]
    where: SourceLocation | str


@dataclass(frozen=True, slots=True)
class Read:
    """A criterion that reads its input, counted from 0; `any` reads nothing."""

    type_id: int
    input: int
    where: SourceLocation | str


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything that a release is asked for."""

    types: tuple[TypeClaim, ...]
    reads: tuple[Read, ...]


def claims_of_text(source: Source) -> Claims:
    """Collect the claims of a text source."""
    types = tuple(
        TypeClaim(
            declared.type_id,
            declared.name.decode(),
            tuple(InputClaim(i.name.decode(), i.kind.name.lower()) for i in declared.inputs),
            declared.where,
        )
        for declared in source.types
    )
    reads = tuple(
        Read(instance.type.type_id, criterion.input, criterion.where)
        for instance in source.instances
        for criterion in instance.criteria
        if criterion.kind is not CriterionKind.ANY
    )
    return Claims(types, reads)


def claims_of_binary(binary: Binary) -> Claims:
    """Collect the claims of a binary, as far as it can be decoded."""
    root = binary.decoded.root
    types = tuple(
        TypeClaim(
            number(declared, "type_id") or 0,
            _text(octets(declared, "name")),
            tuple(
                InputClaim(_text(octets(entry, "name")), word(entry, "kind") or "?")
                for entry in elements(declared, "inputs")
            ),
            binary.place(declared.path, declared.start),
        )
        for declared in elements(child(root, "templates"), "types")
    )
    reads = tuple(
        Read(type_id, index, binary.place(criterion.path, criterion.start))
        for instance in elements(child(root, "channel"), "instances")
        for criterion in elements(instance, "criteria")
        if (type_id := number(instance, "type_id")) is not None
        and (index := number(criterion, "input")) is not None
        and number(criterion, "kind") != CriterionKind.ANY
    )
    return Claims(types, reads)


def _text(name: bytes | None) -> str:
    return (name or b"?").decode(errors="backslashreplace")
