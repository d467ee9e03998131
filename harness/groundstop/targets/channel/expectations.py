# SPDX-License-Identifier: Apache-2.0
"""Judge what a core made of a source's events by what the source says to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.target import Problem
from groundstop.targets.channel.status import REPORTED, Status, events_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from groundstop.model import Outcome
    from groundstop.targets.channel.releases import SuppliedRelease
    from groundstop.targets.channel.source import CriterionText, EventText, InstanceText, Source

__all__ = ["check_expected", "judged_events"]

_SHOWN = 3


def judged_events(
    events: Sequence[EventText], supplied: SuppliedRelease
) -> list[tuple[int, EventText]]:
    """Return those that say what to expect, and whose type the release has, with their number."""
    return [
        (number, event)
        for number, event in enumerate(events)
        if event.expect is not None and supplied.find_type(event.type.type_id)
    ]


def check_expected(
    source: Source,
    supplied: SuppliedRelease,
    release: str,
    outcome: Outcome,
    alone: Callable[[int], Outcome | None],
) -> Iterator[Problem]:
    """Yield a problem for each event whose matches are not those of its `expect`.

    `alone` runs one event by itself, by its number: its elements say which criterion decided
    each instance, and its matches beyond those that are reported.  Events without `expect`,
    and of types that the release lacks, are not judged.
    """
    reported = events_of(outcome.data)
    for number, event in judged_events(source.events or (), supplied):
        where = event.document.where(event.at)
        expected = set(event.expect or ())
        seen = reported[number] if number < len(reported) else None
        if seen is None or seen.status != Status.OK:
            says = "does not report the event" if seen is None else f"says {seen.words}"
            yield Problem(
                "expected-matches",
                f"{release} {says}, the source expects {_matches(expected)}",
                where,
                "make the event and the instances before it cheaper, or fewer",
            )
            continue
        if seen.count <= REPORTED and set(seen.ids) == expected:
            continue
        result = alone(number)
        elements = result.elements if result else frozenset()
        matched = _matched(source, event, elements) if result else set(seen.ids)
        if matched == expected:
            continue
        why = [
            *(
                f"{_named(i)} did not match: {_decided(i, elements)}"
                for i in _of(source, expected - matched)
            ),
            *(f"{_named(i)} matched: {_all_true(i)}" for i in _of(source, matched - expected)),
        ]
        more = [f"and {len(why) - _SHOWN} more"] if len(why) > _SHOWN else []
        has = f"{release}: event {number} has {_matches(matched)}"
        differs = f"{has}, the source expects {_matches(expected)}"
        yield Problem(
            "expected-matches",
            "\n".join([differs, *why[:_SHOWN], *more]),
            where,
            "correct the criteria, or what the event is expected to match",
        )


def _matched(source: Source, event: EventText, elements: frozenset[tuple[int, int]]) -> set[int]:
    """Return the instances that matched the one event of which these are the elements."""
    return {
        instance.instance_id
        for instance, first in _numbered(source)
        if instance.type.type_id == event.type.type_id
        and all((first + at, 1) in elements for at in range(len(instance.criteria)))
    }


def _numbered(source: Source) -> Iterator[tuple[InstanceText, int]]:
    """Yield each instance with the number of its first element."""
    number = 0
    for instance in source.instances:
        yield instance, number
        number += len(instance.criteria)


def _of(source: Source, ids: set[int]) -> list[tuple[InstanceText, int]]:
    return [(each, first) for each, first in _numbered(source) if each.instance_id in ids]


def _named(numbered: tuple[InstanceText, int]) -> str:
    return f"instance {numbered[0].instance_id}"


def _decided(numbered: tuple[InstanceText, int], elements: frozenset[tuple[int, int]]) -> str:
    """Say which criterion was the first that is not true."""
    instance, first = numbered
    for at, criterion in enumerate(instance.criteria):
        if (first + at, 0) in elements:
            name = instance.type.inputs[criterion.input].name.decode(errors="backslashreplace")
            kind = criterion.kind.name.lower()
            return f"{kind} on input {criterion.input + 1} ({name}) is false ({_line(criterion)})"
    return "it is of another type than the event, or was not evaluated"


def _all_true(numbered: tuple[InstanceText, int]) -> str:
    instance, _ = numbered
    if not instance.criteria:
        return f"it has no criterion ({instance.where.path.name}:{instance.where.line})"
    return f"each of its criteria is true ({_line(instance.criteria[0])} and on)"


def _line(criterion: CriterionText) -> str:
    where = criterion.where
    return f"{where.path.name}:{where.line}"


def _matches(ids: set[int]) -> str:
    shown = sorted(ids)
    more = f" and {len(shown) - REPORTED} more" if len(shown) > REPORTED else ""
    return f"matches of {', '.join(map(str, shown[:REPORTED]))}{more}" if ids else "no match"
