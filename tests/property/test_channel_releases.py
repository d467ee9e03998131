# SPDX-License-Identifier: Apache-2.0
"""Releases agree on what they share: the same content, the same inputs, the same outcome."""

from __future__ import annotations

from hypothesis import event, given, settings

from groundstop.properties import core
from groundstop.targets.channel.formats import Bundle
from support.contents import contents, damaged
from support.laws import releases_agree

newest = core("channel")
older = (core("channel", "7.10"), core("channel", "7.11"))


@settings(max_examples=50)
@given(contents())
def test_releases_agree_on_what_they_share(bundle: Bundle) -> None:
    event(f"alike: {releases_agree(newest, older, bundle.build())}")


@settings(max_examples=30)
@given(damaged(contents(max_events=1)))
def test_releases_agree_on_what_they_refuse(testcase: bytes) -> None:
    event(f"alike: {releases_agree(newest, older, testcase)}")


@settings(max_examples=20)
@given(contents(max_events=0))
def test_all_releases_are_alike_until_an_event_says_otherwise(bundle: Bundle) -> None:
    """Else what is to agree may be nothing."""
    assert releases_agree(newest, older, bundle.build()) == len(older)
