# SPDX-License-Identifier: Apache-2.0
"""Judge whether content that is valid also says something: what its author hardly meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.target import Problem
from groundstop.targets.channel.formats import CriterionKind, Pattern, Range, Text
from groundstop.targets.channel.synthesis import machines_of, never_misses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.errors import SourceLocation
    from groundstop.target import Part
    from groundstop.targets.channel.formats import ChannelFile, Criterion
    from groundstop.targets.channel.synthesis import Machine

__all__ = ["check_sense"]

_MAX_NUMBER = (1 << 64) - 1


def check_sense(
    channel: ChannelFile, parts: Sequence[Part], where: SourceLocation | str
) -> Iterator[Problem]:
    """Yield a problem for a channel without instances, and for each that takes every event.

    `parts` are its instances, `where` is the place of the channel itself.
    """
    if not parts:
        yield Problem(
            "no-instances",
            "the channel has no instance: it detects nothing",
            where,
            'give it an instance, or say why not: [[waive]] rule = "no-instances", reason = "…"',
        )
    machines = machines_of(channel)
    for instance, part in zip(channel.instances, parts, strict=True):
        if all(_takes_everything(criterion, machines) for criterion in instance.criteria):
            asked = [c for c in instance.criteria if c.kind is not CriterionKind.ANY]
            which = "every event of its type"
            if asked:
                which += f" that has the {'inputs' if len(asked) > 1 else 'input'} it names"
            yield Problem(
                "matches-everything",
                f"{part.text} matches {which}",
                part.where,
                "give it criteria, or say why it shall: "
                '[[instance.waive]] rule = "matches-everything", reason = "…"',
            )


def _takes_everything(criterion: Criterion, machines: Sequence[Machine]) -> bool:
    """Return whether a criterion is true of every value that is there."""
    match criterion.body:
        case Range(low=low, high=high):
            return low == 0 and high == _MAX_NUMBER
        case Pattern(program=program):
            return never_misses(machines[program])
        case Text(bytes_=text):
            if criterion.kind is CriterionKind.GLOB:
                return bool(text) and not text.strip(b"*")
            return not text and criterion.kind is not CriterionKind.EXACT
    return True
