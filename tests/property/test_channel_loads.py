# SPDX-License-Identifier: Apache-2.0
"""A failing load changes nothing: what was active answers the next event as if nothing was."""

from __future__ import annotations

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from groundstop.properties import core
from groundstop.targets.channel.formats import Bundle
from groundstop.targets.channel.formats.session import Session, Step
from groundstop.targets.channel.status import Status
from support.contents import contents, damaged
from support.sessions import evaluation, load

LOAD_SIZE = 3  # of what is reported of a load
LAW = settings(max_examples=30)
newest = core("channel")


def reported(steps: list[Step]) -> bytes:
    outcome = newest.run(Session(steps=steps).build(), entry="ci_fuzz_session")
    assert not outcome.finding
    return outcome.data


def check(active: Bundle, failing: Step) -> None:
    first = load(active.build())
    events = [evaluation(each) for each in active.events.events]
    after = reported([first, failing, *events])
    status = Status(after[LOAD_SIZE + 1])
    event(status.name)
    assume(status is not Status.OK)
    assert after[2 * LOAD_SIZE :] == reported([first, *events])[LOAD_SIZE:]


@LAW
@given(active=contents(), testcase=damaged(contents(max_events=0)))
def test_a_refused_load_changes_nothing(active: Bundle, testcase: bytes) -> None:
    check(active, load(testcase))


@LAW
@given(active=contents(), other=contents(max_events=0), fail_at=st.integers(1, 3))
def test_a_load_without_memory_changes_nothing(active: Bundle, other: Bundle, fail_at: int) -> None:
    check(active, load(other.build(), fail_at))
