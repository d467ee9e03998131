# SPDX-License-Identifier: Apache-2.0
"""Events for a whole channel file."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from groundstop.target import MadeEvents, Synthesis, Unreachable
from groundstop.targets.channel.bundle import Parts
from groundstop.targets.channel.synthesis.events import (
    Draft,
    events_file,
    merge,
    packed,
    separate,
)
from groundstop.targets.channel.synthesis.fuel import FUEL, Fuel
from groundstop.targets.channel.synthesis.goals import Plan, plan_instance, unreachable
from groundstop.targets.channel.synthesis.judge import Judge, machines_of
from groundstop.targets.channel.synthesis.values import Chooser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundstop.target import Element
    from groundstop.targets.channel.formats import Bundle
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["synthesize"]

# Bytes of all testcases: each holds the whole content.
_MAX_BYTES = 256 << 20


def synthesize(
    testcase: bytes, bundle: Bundle, elements: Sequence[Element], supplied: SuppliedRelease
) -> Synthesis:
    """Make events that reach every element of an intact bundle with both outcomes.

    `bundle` is what `testcase` decodes to, `elements` are its criteria; `supplied` says
    which types the release has.
    """
    machines = machines_of(bundle.channel)
    judge = Judge(machines)
    plans, inert = _plans(bundle, elements, supplied, Chooser(judge, machines))
    fuel = Fuel(bundle.channel, judge)
    drafts = list(_apart(merge(goal for plan in plans for goal in plan.goals), fuel))
    trials = separate((goal for plan in plans for goal in plan.trials), drafts)
    parts = Parts.split(testcase) or Parts(b"", b"", b"")
    room = max(1, _MAX_BYTES // (len(parts.templates) + len(parts.channel) + 1))
    base = list(packed(drafts))
    usual = [*base, *packed(draft for draft in trials if not draft.extreme)]
    files = [*usual, *packed(draft for draft in trials if draft.extreme)]
    inputs = {each.type_id: len(each.inputs) for each in bundle.templates.types}
    return Synthesis(
        tuple(
            MadeEvents(
                parts._replace(events=events_file(each, inputs)).join(),
                tuple(draft.aim for draft in each),
                extreme=number >= len(usual),
            )
            for number, each in enumerate(files[:room])
        ),
        (
            *chain.from_iterable(plan.unreachable for plan in plans),
            *_starved(drafts, fuel),
            *_left_out(base[room:]),
        ),
        inert,
        sum(map(len, files[room:])),
    )


def _plans(
    bundle: Bundle, elements: Sequence[Element], supplied: SuppliedRelease, chooser: Chooser
) -> tuple[list[Plan], dict[int, str]]:
    """Return the plan of each instance, and by its position why one is inert."""
    plans, inert, number = [], {}, 0
    types = {each.type_id: each for each in bundle.templates.types}
    for position, instance in enumerate(bundle.channel.instances):
        own = elements[number : number + len(instance.criteria)]
        number += len(own)
        declared = types[instance.type_id]
        if supplied.find_type(instance.type_id) is None:
            name = declared.name.decode(errors="backslashreplace")
            inert[position] = f"{supplied.name} does not have type {instance.type_id} ({name})"
            reason = f"{inert[position]}: the instance is inert"
            plans.append(Plan((), (), unreachable(own, reason)))
        else:
            kinds = [entry.kind for entry in declared.inputs]
            plans.append(plan_instance(instance, own, kinds, chooser))
    return plans, inert


def _apart(drafts: Iterable[Draft], fuel: Fuel) -> Iterator[Draft]:
    """Yield events; one whose fuel does not last until its goals in one for each of them."""
    for draft in drafts:
        if fuel.lasts(draft):
            yield draft
            continue
        for goal in draft.goals:
            near, absent = merge([goal])[0], merge([goal.cheapest])[0]
            yield near if fuel.lasts(near) else absent


def _starved(drafts: Sequence[Draft], fuel: Fuel) -> Iterator[Unreachable]:
    """Yield the outcomes that no event has the fuel for."""
    reached: set[tuple[int, int]] = set()
    for draft in drafts:
        seen = fuel.reached(draft)
        reached |= draft.wanted if seen is None else seen
    missing = {outcome for draft in drafts for outcome in draft.wanted} - reached
    least = fuel.least() if missing else {}
    for element, outcome in sorted(missing):
        needs = least[element, outcome]
        if needs > FUEL:
            reason = f"takes {needs} fuel or more, an event has {FUEL}"
            remedy = "make what is evaluated before it cheaper: shorter texts, fewer criteria"
            yield Unreachable(
                element, outcome, reason, proven=True, remedy=remedy, rule="out-of-fuel"
            )
        else:
            reason = f"every event made for it runs out of its {FUEL} fuel before"
            remedy = "make what is evaluated before it cheaper, or waive it"
            yield Unreachable(
                element, outcome, reason, proven=False, remedy=remedy, rule="out-of-fuel"
            )


def _left_out(files: Iterable[Sequence[Draft]]) -> Iterator[Unreachable]:
    reason = f"not tried: testcases for it would be over {_MAX_BYTES >> 20} MiB in all"
    missing = {outcome for drafts in files for draft in drafts for outcome in draft.wanted}
    for element, outcome in sorted(missing):
        yield Unreachable(
            element, outcome, reason, proven=False, remedy="split the file", rule="not-tried"
        )
