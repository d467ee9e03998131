# SPDX-License-Identifier: Apache-2.0
"""One event against all instances of its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groundstop.targets.channel.model.fuel import Fuel, OutOfFuelError
from groundstop.targets.channel.model.kinds import Value, is_true
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from groundstop.targets.channel.model.channel import Content, Instance
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["Evaluation", "Event", "evaluate", "judge"]

_MAX_VALUE = 1 << 20


@dataclass(frozen=True, slots=True)
class Event:
    """What a sensor saw: a value for each input of a type."""

    type_id: int
    values: Sequence[Value]


@dataclass(slots=True)
class Evaluation:
    """What came of one event.

    `matches` are instance ids, `spent` is fuel, `elements` are criteria by their number
    with their outcome, `executed` instructions by theirs.
    """

    status: Status
    matches: list[int] = field(default_factory=list)
    spent: int = 0
    elements: set[tuple[int, int]] = field(default_factory=set)
    executed: set[int] = field(default_factory=set)


def evaluate(
    content: Content | None, release: SuppliedRelease, event: Event, budget: int
) -> Evaluation:
    """Evaluate an event on a sensor of `release` that has this content active."""
    status = judge(content, release, event)
    result = Evaluation(status)
    if content is None or status is not Status.OK:
        return result
    fuel = Fuel(budget)
    try:
        for instance in content.instances:
            fuel.spend(1)
            if instance.type_id == event.type_id and _matches(
                content, instance, event.values, fuel, result
            ):
                result.matches.append(instance.instance_id)
    except OutOfFuelError:
        result.status = Status.OUT_OF_FUEL
    result.spent = fuel.spent
    return result


def judge(content: Content | None, release: SuppliedRelease, event: Event) -> Status:
    """Return OK for an event that can be evaluated, else what it is answered with."""
    if content is None:
        return Status.NO_CONTENT
    known = release.find_type(event.type_id)
    if known is None:
        return Status.UNKNOWN_TYPE
    if len(event.values) != len(known.inputs):
        return Status.BAD_EVENT
    for value, supplied in zip(event.values, known.inputs, strict=True):
        if value is not None and isinstance(value, bytes) != (supplied.kind == "bytes"):
            return Status.BAD_EVENT
        if isinstance(value, bytes) and len(value) > _MAX_VALUE:
            return Status.BAD_EVENT
    return Status.OK


def _matches(
    content: Content, instance: Instance, values: Sequence[Value], fuel: Fuel, result: Evaluation
) -> bool:
    for number, criterion in enumerate(instance.criteria, start=instance.first):
        fuel.spend(1)
        value = values[criterion.input]
        holds = is_true(criterion, value, content.programs, fuel, result.executed)
        result.elements.add((number, int(holds)))
        if not holds:
            return False
    return True
