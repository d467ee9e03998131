# SPDX-License-Identifier: Apache-2.0
"""Judge what a core made of a source's events by what the source says to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.target import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.targets.channel.releases import SuppliedRelease
    from groundstop.targets.channel.source import EventText

__all__ = ["check_expected", "judged_events"]


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
    events: Sequence[EventText],
    supplied: SuppliedRelease,
    release: str,
    reported: Sequence[str],
) -> Iterator[Problem]:
    """Yield a problem for each event whose matches are not those of its `expect`.

    `reported` is what `describe` says of the outcome: the load, then a line for each event.
    Events without `expect`, and of types that the release lacks, are not judged.
    """
    for number, event in enumerate(events):
        if event.expect is None or supplied.find_type(event.type.type_id) is None:
            continue
        matches = f"matched by {', '.join(map(str, event.expect))}" if event.expect else "no match"
        wanted = f"event {number}: ok, {matches}"
        line = reported[number + 1] if number + 1 < len(reported) else "no report of the event"
        if line != wanted:
            yield Problem(
                "expected-matches",
                f"{release} says {line!r}, the source expects {matches!r}",
                event.document.where(event.at),
                "correct the criteria, or what the event is expected to match",
            )
