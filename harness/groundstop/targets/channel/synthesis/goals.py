# SPDX-License-Identifier: Apache-2.0
"""What an event must hold so that one instance comes to the outcomes wanted of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from groundstop.target import Aim, Unreachable
from groundstop.targets.channel.formats import CriterionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from groundstop.target import Element
    from groundstop.targets.channel.formats import InputKind, Instance
    from groundstop.targets.channel.synthesis.judge import Value
    from groundstop.targets.channel.synthesis.values import Chooser

__all__ = ["Goal", "Plan", "plan_instance", "unreachable"]

_NO_AIM = Aim(None, "")

Outcomes = tuple[tuple[int, int], ...]
"""Of elements: their number, and an outcome."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An event of this type, with these values by input, reaches these outcomes.

    Inputs that are not named may have any value.  `aim` says what it is made for.
    """

    type_id: int
    values: Mapping[int, Value]
    reaches: Outcomes
    aim: Aim = _NO_AIM

    @property
    def cheapest(self) -> Goal:
        """The same where a near miss costs too much fuel: an absent value costs none."""
        if not self.values or self.reaches[-1][1] == 1:
            return self
        *_, missed = self.values
        return replace(self, values={**self.values, missed: None})


@dataclass(frozen=True, slots=True)
class Plan:
    """The goals of one instance, and what no value brings about.

    `goals` are those that reach its outcomes; `trials` try each criterion with the family of
    its values, every criterion before it satisfied.
    """

    goals: tuple[Goal, ...]
    trials: tuple[Goal, ...] = ()
    unreachable: tuple[Unreachable, ...] = ()


def plan_instance(
    instance: Instance,
    elements: Sequence[Element],
    kinds: Sequence[InputKind],
    chooser: Chooser,
) -> Plan:
    """Plan events for one instance: a near miss of each criterion, one that satisfies all.

    `elements` are those of the instance, `kinds` those of its type's inputs.  A criterion that
    no value satisfies ends it: nothing behind it is ever evaluated.
    """
    goals: list[Goal] = []
    trials: list[Goal] = []
    values: dict[int, Value] = {}
    satisfied: Outcomes = ()
    for criterion, element in zip(instance.criteria, elements, strict=True):
        for value, words in chooser.family(criterion, kinds[criterion.input]).items():
            aim = Aim(element.number, words)
            tried = {**values, criterion.input: value}
            trials.append(Goal(instance.type_id, tried, satisfied, aim))
        if criterion.kind is not CriterionKind.ANY:
            chosen = chooser.values(criterion)
            aim = Aim(element.number, "nearly a match")
            missed = (*satisfied, (element.number, 0))
            tried = {**values, criterion.input: chosen.miss}
            goals.append(Goal(instance.type_id, tried, missed, aim))
            if chosen.match is None:
                at = element.number - elements[0].number
                dead = tuple(_dead_end(elements, at, proven=chosen.proven))
                return Plan(tuple(goals), tuple(trials), dead)
            values[criterion.input] = chosen.match
        satisfied = (*satisfied, (element.number, 1))
    last = elements[-1].number if elements else None
    aim = Aim(last, "a match, as is each criterion before it" if len(elements) > 1 else "a match")
    goals.append(Goal(instance.type_id, dict(values), satisfied, aim))
    return Plan(tuple(goals), tuple(trials))


def unreachable(elements: Sequence[Element], reason: str) -> tuple[Unreachable, ...]:
    """Return every outcome of the elements as proven to be out of reach because of another."""
    return tuple(
        Unreachable(element.number, outcome, reason, proven=True, follows=True)
        for element in elements
        for outcome in element.outcomes
    )


def _dead_end(elements: Sequence[Element], at: int, *, proven: bool) -> Iterator[Unreachable]:
    """Yield what is out of reach when no value satisfies the criterion of element `at`."""
    first, *behind = elements[at:]
    if not proven:
        why = "no value that matches was found: the search for one was given up"
        remedy = "make the pattern simpler, or waive it"
        yield Unreachable(first.number, 1, why, proven=False, remedy=remedy, rule="not-found")
        why = "behind a criterion for which no value was found"
        yield from (replace(each, proven=False) for each in unreachable(behind, why))
        return
    remedy = "correct the criterion: its instance can never match"
    yield Unreachable(
        first.number, 1, "no value matches", proven=True, remedy=remedy, rule="never-matches"
    )
    yield from unreachable(behind, "behind a criterion that no value matches")
