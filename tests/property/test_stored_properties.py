# SPDX-License-Identifier: Apache-2.0
"""What properties failed on once, kept under corpus/channel/properties, they do not fail on today.

The law here is simple on purpose: what its stored input stands for does not change with the
strategies of other tests.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from groundstop.config import find_project
from groundstop.properties import StoredInput, core, reproduce_stored, stored
from groundstop.targets.channel.content import ChannelContent

PROJECT = find_project(Path(__file__).parent)
STORED = stored("channel", PROJECT)
newest = core("channel")


@functools.cache
def incident() -> bytes:
    """The testcase of channel file 291."""
    return ChannelContent().testcase(PROJECT.corpus / "channel/regressions/channel-291.toml")


@settings(max_examples=200)
@given(edits=st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), max_size=8))
@example(edits=[])
def test_the_incident_is_harmless_however_edited(edits: list[tuple[int, int]]) -> None:
    testcase = bytearray(incident())
    for at, value in edits:
        testcase[at % len(testcase)] = value
    newest.run(bytes(testcase))


def test_there_is_something_to_look_at() -> None:
    assert [known for known in STORED if known.release.history]


@pytest.mark.parametrize("known", STORED, ids=str)
def test_a_stored_input_passes_today(known: StoredInput) -> None:
    known.run()


@pytest.mark.parametrize("known", [s for s in STORED if s.release.history], ids=str)
def test_a_stored_input_still_fails_where_it_once_did(known: StoredInput) -> None:
    """Else what passes today might be another example than the one that was stored."""
    assert reproduce_stored(known).reproduced
