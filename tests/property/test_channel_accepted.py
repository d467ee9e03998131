# SPDX-License-Identifier: Apache-2.0
"""Accepted means safe: validator and loader agree, and what they accept no event can harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from groundstop.model import Stage
from groundstop.properties import core
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle
from groundstop.targets.channel.judging import validate
from support.channel import INCIDENT, tree_of
from support.contents import contents, damaged
from support.laws import accepted_is_safe, validator_agrees

newest = core("channel")
that_day = core("channel", "7.11@2024-07")
fleet = (core("channel", "7.10"), core("channel", "7.11"), that_day, newest)


@settings(max_examples=60)
@given(damaged(contents(max_events=1)))
def test_the_validator_accepts_what_the_core_loads_and_nothing_else(testcase: bytes) -> None:
    validator_agrees(newest, testcase)


@settings(max_examples=40)
@given(contents(named=b"ipc"))  # what is not the same on every release
def test_accepted_content_is_safe_on_every_release(bundle: Bundle) -> None:
    accepted_is_safe(fleet, bundle.build())


@settings(max_examples=30)
@given(damaged(contents()))
def test_accepted_content_is_safe_even_if_it_was_damaged(testcase: bytes) -> None:
    accepted_is_safe(fleet, testcase)


@pytest.mark.parametrize("name", ["channel-291-wildcard", "channel-291-mismatch"])
def test_planted_that_day_loads_what_it_cannot_supply_and_nothing_crashes(name: str) -> None:
    """Finding 4 of July 2024, on the lucky cases: only the validator's word tells."""
    testcase = ChannelContent().testcase(INCIDENT / f"{name}.toml")
    assert that_day.run(testcase).stage is Stage.EVALUATED
    reasons = validate(testcase, that_day.release, tree_of(that_day))
    assert reasons
    assert "7.11@2024-07 supplies 20 inputs" in reasons[0]
    with pytest.raises(AssertionError, match="supplies 20 inputs"):
        validator_agrees(that_day, testcase)
    validator_agrees(newest, testcase)
