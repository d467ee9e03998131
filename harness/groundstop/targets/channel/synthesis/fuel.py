# SPDX-License-Identifier: Apache-2.0
"""Whether an event's fuel lasts: native/channel/README.md ("Evaluation and fuel")."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionKind, Pattern, Text

if TYPE_CHECKING:
    from groundstop.targets.channel.formats import ChannelFile, Criterion
    from groundstop.targets.channel.synthesis.events import Draft
    from groundstop.targets.channel.synthesis.judge import Judge

__all__ = ["FUEL", "Fuel"]

FUEL = 1 << 20
"""What the entry points give one event: CI_FUEL_DEFAULT, ci.h; a test compares."""

# Criteria judged for all events together; beyond that the core itself is asked.
_EFFORT = 20_000


class Fuel:
    """Knows what evaluations of one channel file cost."""

    def __init__(self, channel: ChannelFile, judge: Judge) -> None:
        self._channel = channel
        self._judge = judge
        self._left = _EFFORT
        # The cost of all instances of a type is at most a + b * (size of the longest value).
        self._most: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for instance in channel.instances:
            a, b = self._most[instance.type_id]
            for criterion in instance.criteria:
                fixed, each = self._bound(criterion)
                a, b = a + 1 + fixed, b + each
            self._most[instance.type_id] = (a, b)

    def lasts(self, draft: Draft) -> bool:
        """Return whether the event reaches all that it is for, as far as is known."""
        reached = self.reached(draft)
        return reached is None or draft.wanted <= reached

    def reached(self, draft: Draft) -> set[tuple[int, int]] | None:
        """Return the outcomes that an event brings about, None where its fuel surely lasts.

        Also None when so many events had to be looked at that it would take too long.
        """
        a, b = self._most[draft.type_id]
        longest = max((len(v) for v in draft.values.values() if isinstance(v, bytes)), default=0)
        if len(self._channel.instances) + a + b * longest <= FUEL or self._left <= 0:
            return None
        return self._run(draft)

    def least(self) -> dict[tuple[int, int], int]:
        """Return by element and outcome the fuel that no event reaches it with less than."""
        least: dict[tuple[int, int], int] = {}
        before: dict[int, int] = defaultdict(int)  # by type: criteria that are always evaluated
        number = 0
        for index, instance in enumerate(self._channel.instances):
            spent = index + 1 + before[instance.type_id]
            before[instance.type_id] += bool(instance.criteria)
            for criterion in instance.criteria:
                least[number, 0] = spent + 1
                spent += 1 + _least(criterion)
                least[number, 1] = spent
                number += 1
        return least

    def _bound(self, criterion: Criterion) -> tuple[int, int]:
        match criterion.body:
            case Pattern(program=program):
                count = len(self._channel.programs[program].insns)
                return count, count
            case Text(bytes_=text):
                searches = criterion.kind in {CriterionKind.SUBSTRING, CriterionKind.GLOB}
                # At most the whole text, and for a star the steps to and from it, at each byte.
                return len(text) + 2, len(text) + 2 if searches else 0
        return 0, 0

    def _run(self, draft: Draft) -> set[tuple[int, int]]:
        """Evaluate as the core does."""
        reached: set[tuple[int, int]] = set()
        fuel, number = FUEL, 0
        for instance in self._channel.instances:
            fuel -= 1
            if instance.type_id == draft.type_id:
                for index, criterion in enumerate(instance.criteria):
                    self._left -= 1
                    holds, cost = self._judge.judge(criterion, draft.values.get(criterion.input))
                    fuel -= 1 + cost
                    if fuel < 0:
                        return reached
                    reached.add((number + index, int(holds)))
                    if not holds:
                        break
            number += len(instance.criteria)
        return reached


def _least(criterion: Criterion) -> int:
    """Return the fuel that a criterion takes at least when it is true, but for the first 1."""
    match criterion.body:
        case Text(bytes_=text):
            return len(text)
        case Pattern():
            return 1
    return 0
