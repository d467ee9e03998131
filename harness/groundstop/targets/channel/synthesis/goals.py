# SPDX-License-Identifier: Apache-2.0
"""What an event must hold so that one instance comes to the outcomes wanted of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from groundstop.target import Unreachable
from groundstop.targets.channel.formats import CriterionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from groundstop.target import Element
    from groundstop.targets.channel.formats import Instance
    from groundstop.targets.channel.synthesis.judge import Value
    from groundstop.targets.channel.synthesis.values import Chooser

__all__ = ["Goal", "Plan", "plan_instance", "unreachable"]


@dataclass(frozen=True, slots=True)
class Goal:
    """An event of this type, with these values by input, reaches these outcomes.

    Inputs that are not named may have any value.  `reaches` are (element, outcome).
    """

    type_id: int
    values: Mapping[int, Value]
    reaches: tuple[tuple[int, int], ...]

    @property
    def cheapest(self) -> Goal:
        """The same where a near miss costs too much fuel: an absent value costs none."""
        if not self.values or self.reaches[-1][1] == 1:
            return self
        *_, missed = self.values
        return replace(self, values={**self.values, missed: None})


@dataclass(frozen=True, slots=True)
class Plan:
    """The goals of one instance, and what no value brings about."""

    goals: tuple[Goal, ...]
    unreachable: tuple[Unreachable, ...] = ()


def plan_instance(instance: Instance, elements: Sequence[Element], chooser: Chooser) -> Plan:
    """Plan one event for a near miss of each criterion, and one that satisfies all of them.

    `elements` are those of the instance.  A criterion that no value satisfies ends it:
    nothing behind it is ever evaluated.
    """
    goals: list[Goal] = []
    values: dict[int, Value] = {}
    satisfied: list[tuple[int, int]] = []
    for criterion, element in zip(instance.criteria, elements, strict=True):
        satisfied.append((element.number, 1))
        if criterion.kind is CriterionKind.ANY:
            continue
        chosen = chooser.values(criterion)
        missed = (*satisfied[:-1], (element.number, 0))
        goals.append(Goal(instance.type_id, {**values, criterion.input: chosen.miss}, missed))
        if chosen.match is None:
            at = element.number - elements[0].number
            return Plan(tuple(goals), tuple(_dead_end(elements, at, proven=chosen.proven)))
        values[criterion.input] = chosen.match
    goals.append(Goal(instance.type_id, dict(values), tuple(satisfied)))
    return Plan(tuple(goals))


def unreachable(elements: Sequence[Element], reason: str) -> tuple[Unreachable, ...]:
    """Return every outcome of the elements as proven to be out of reach, for one reason."""
    return tuple(
        Unreachable(element.number, outcome, reason, proven=True)
        for element in elements
        for outcome in element.outcomes
    )


def _dead_end(elements: Sequence[Element], at: int, *, proven: bool) -> Iterator[Unreachable]:
    """Yield what is out of reach when no value satisfies the criterion of element `at`."""
    first, *behind = elements[at:]
    if not proven:
        yield Unreachable(first.number, 1, "no value that matches was found", proven=False)
        why = "behind a criterion for which no value was found"
        yield from (replace(each, proven=False) for each in unreachable(behind, why))
        return
    remedy = "correct the criterion: its instance can never match"
    yield Unreachable(first.number, 1, "no value matches", proven=True, remedy=remedy)
    yield from unreachable(behind, "behind a criterion that no value matches")
