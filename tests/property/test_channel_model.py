# SPDX-License-Identifier: Apache-2.0
"""The model agrees: the core does with a testcase what the specification says, to the unit."""

from __future__ import annotations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from groundstop.properties import core
from groundstop.targets.channel.formats import Bundle
from groundstop.targets.channel.model import run_bundle
from groundstop.targets.channel.status import Status
from support.channel import supplied
from support.contents import contents, damaged
from support.laws import model_agrees
from support.patterns import compiles, pattern_bundle
from support.strategies import PATTERNS, VALUES

LAW = settings(max_examples=60)
newest = core("channel")


@LAW
@given(contents())
def test_the_model_agrees_on_good_content(bundle: Bundle) -> None:
    model_agrees(newest, bundle.build())


@LAW
@given(damaged(contents(max_events=1)))
def test_the_model_agrees_on_damaged_content(testcase: bytes) -> None:
    event(Status(model_agrees(newest, testcase).data[1]).name)


@LAW
@given(damaged(contents(max_elements=2, misfits=False), names=["events"]))
def test_the_model_agrees_on_damaged_events(testcase: bytes) -> None:
    model_agrees(newest, testcase)


@LAW
@given(bundle=contents(max_elements=2), cut=st.integers(1, 60) | st.integers(1, 3000))
def test_the_model_agrees_on_a_bundle_that_is_cut_off(bundle: Bundle, cut: int) -> None:
    data = bundle.build()
    model_agrees(newest, data[:-cut])


@settings(max_examples=30)
@given(
    patterns=st.lists(PATTERNS.filter(compiles), max_size=4), values=st.lists(VALUES, max_size=4)
)
def test_the_model_agrees_on_the_instructions_reached(
    patterns: list[str], values: list[bytes]
) -> None:
    data = pattern_bundle(patterns, values).build()
    # With a fill, a campaign too runs it in a process of its own, where details are reported.
    reported = newest.run(data, fill=0)
    predicted = run_bundle(data, supplied(newest))
    assert not predicted.out_of_fuel
    assert reported.details == predicted.details
