# SPDX-License-Identifier: Apache-2.0
"""From goals to few events: what one event can show is shown by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groundstop.targets.channel.build import value_of
from groundstop.targets.channel.formats import MAX_EVENTS, Event, Events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundstop.target import Aim
    from groundstop.targets.channel.synthesis.goals import Goal
    from groundstop.targets.channel.synthesis.judge import Value

__all__ = ["Draft", "events_file", "merge", "packed", "separate"]

# Of the events made so far, as many are tried for a goal: more make a large file slow.
_TRIED = 128
# Values of one events file, bytes: a worker takes testcases of a limited size.
_MAX_VALUES = 4 << 20
# Bytes of a value that people read.
_READABLE = 4096


@dataclass(slots=True)
class Draft:
    """One event to be: values by input (None: must be absent), and the goals that it reaches."""

    type_id: int
    values: dict[int, Value] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)

    def takes(self, goal: Goal) -> bool:
        """Return whether the goal asks for nothing else where it and the event meet."""
        nothing = object()
        return all(
            self.values.get(index, nothing) in {nothing, value}
            for index, value in goal.values.items()
        )

    @property
    def aim(self) -> Aim:
        """What it is made for: of several goals the first is told."""
        return self.goals[0].aim

    @property
    def extreme(self) -> bool:
        """Whether one of its values is so large that nobody reads it."""
        return any(len(v) > _READABLE for v in self.values.values() if isinstance(v, bytes))

    @property
    def wanted(self) -> set[tuple[int, int]]:
        """What it is for: (element, outcome)."""
        return {outcome for goal in self.goals for outcome in goal.reaches}

    def add(self, goal: Goal) -> None:
        """Make the event reach the goal, too."""
        self.values.update(goal.values)
        self.goals.append(goal)


def merge(goals: Iterable[Goal]) -> list[Draft]:
    """Return events that reach every goal, in the order of their first goals."""
    drafts: list[Draft] = []
    by_type: dict[int, list[Draft]] = defaultdict(list)
    for goal in goals:
        known = by_type[goal.type_id]
        draft = next((draft for draft in known[-_TRIED:] if draft.takes(goal)), None)
        if draft is None:
            draft = Draft(goal.type_id)
            drafts.append(draft)
            known.append(draft)
        draft.add(goal)
    return drafts


def separate(goals: Iterable[Goal], known: Iterable[Draft]) -> list[Draft]:
    """Return an event for each goal, none twice and none that is among those `known`."""
    seen = {(draft.type_id, frozenset(draft.values.items())) for draft in known}
    drafts = []
    for goal in goals:
        key = (goal.type_id, frozenset(goal.values.items()))
        if key not in seen:
            seen.add(key)
            drafts.append(Draft(goal.type_id, dict(goal.values), [goal]))
    return drafts


def packed(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Yield the events in parts, each as many as an entry point uses and a worker takes."""
    part: list[Draft] = []
    size = 0
    for draft in drafts:
        more = sum(len(value) for value in draft.values.values() if isinstance(value, bytes))
        if part and (len(part) == MAX_EVENTS or size + more > _MAX_VALUES):
            yield part
            part, size = [], 0
        part.append(draft)
        size += more
    if part:
        yield part


def events_file(drafts: Iterable[Draft], inputs: Mapping[int, int]) -> bytes:
    """Return the events file; `inputs` are the number of inputs by type."""
    return Events(
        events=[
            Event(
                type_id=draft.type_id,
                values=[value_of(draft.values.get(i)) for i in range(inputs[draft.type_id])],
            )
            for draft in drafts
        ]
    ).build()
