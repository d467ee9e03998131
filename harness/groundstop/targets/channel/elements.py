# SPDX-License-Identifier: Apache-2.0
"""What content coverage counts: every criterion of a channel file, numbered as the core does."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from groundstop.target import Element
from groundstop.targets.channel.formats import CriterionKind, Pattern
from groundstop.targets.channel.readable.nodes import child, elements
from groundstop.targets.channel.readable.types import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.errors import SourceLocation
    from groundstop.targets.channel.bundle import Binary
    from groundstop.targets.channel.formats import Bundle, Criterion
    from groundstop.targets.channel.source import Source

__all__ = ["binary_places", "elements_of", "text_places"]


def text_places(source: Source) -> list[SourceLocation | str]:
    """Return where each criterion is written, in the order of the channel file."""
    return [criterion.where for each in source.instances for criterion in each.criteria]


def binary_places(binary: Binary) -> list[SourceLocation | str]:
    """Return the field and byte of each criterion, in the order of the channel file."""
    return [
        binary.place(criterion.path, criterion.start)
        for instance in elements(child(binary.decoded.root, "channel"), "instances")
        for criterion in elements(instance, "criteria")
    ]


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
