# SPDX-License-Identifier: Apache-2.0
"""What content coverage counts: every criterion of a channel file, numbered as the core does."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from groundstop.target import Element, Part
from groundstop.targets.channel.formats import CriterionKind, Pattern
from groundstop.targets.channel.readable.nodes import child, elements
from groundstop.targets.channel.readable.types import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.errors import SourceLocation
    from groundstop.targets.channel.bundle import Binary
    from groundstop.targets.channel.formats import Bundle, Criterion
    from groundstop.targets.channel.source import Source

__all__ = ["Places", "binary_places", "elements_of", "parts_of", "text_places"]


class Places(NamedTuple):
    """Where the instances and their criteria are, in the order of the channel file."""

    instances: list[SourceLocation | str]
    criteria: list[SourceLocation | str]


def text_places(source: Source) -> Places:
    """Return where instances and criteria are written."""
    return Places(
        [each.where for each in source.instances],
        [criterion.where for each in source.instances for criterion in each.criteria],
    )


def binary_places(binary: Binary) -> Places:
    """Return the field and byte of each instance and criterion."""
    instances = list(elements(child(binary.decoded.root, "channel"), "instances"))
    return Places(
        [binary.place(instance.path, instance.start) for instance in instances],
        [
            binary.place(criterion.path, criterion.start)
            for instance in instances
            for criterion in elements(instance, "criteria")
        ],
    )


def parts_of(binary: Binary, places: Sequence[SourceLocation | str]) -> Iterator[Part]:
    """Yield the instances of an intact testcase, which are at `places`, with their elements."""
    number = 0
    for instance, where in zip(binary.decoded.value.channel.instances, places, strict=True):
        behind = number + len(instance.criteria)
        name = instance.name.decode(errors="backslashreplace")
        yield Part(where, f"instance {instance.instance_id} ({name})", range(number, behind))
        number = behind


def elements_of(binary: Binary, places: Sequence[SourceLocation | str]) -> Iterator[Element]:
    """Yield the elements of an intact testcase, whose criteria are at `places`.

    A pattern's details are its program's instructions, numbered through all programs of
    the file: criteria of one program share them.
    """
    bundle = binary.decoded.value
    names = names_of(child(binary.decoded.root, "templates"))
    details = _instructions(bundle)
    number = 0
    for instance in bundle.channel.instances:
        for criterion in instance.criteria:
            name = names.input(instance.type_id, criterion.input)
            kind = criterion.kind.name.lower()
            yield Element(
                number,
                places[number],
                f"{kind} on input {criterion.input + 1} ({name}) "
                f"of instance {instance.instance_id}",
                (1,) if criterion.kind is CriterionKind.ANY else (0, 1),
                _details(criterion, details),
            )
            number += 1


def _instructions(bundle: Bundle) -> list[range]:
    """Return the instruction numbers of each program."""
    counts = [len(program.insns) for program in bundle.channel.programs]
    ends = accumulate(counts)
    return [range(end - count, end) for end, count in zip(ends, counts, strict=True)]


def _details(criterion: Criterion, details: Sequence[range]) -> range:
    body = criterion.body
    return details[body.program] if isinstance(body, Pattern) else range(0)
