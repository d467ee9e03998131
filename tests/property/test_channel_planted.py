# SPDX-License-Identifier: Apache-2.0
"""The laws of the channel target can be broken: each finds a core with its planted defect."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.model import Sanitizer
from groundstop.properties import CoreUnderTest, core
from support.channel import planted_core
from support.contents import contents, damaged
from support.hunting import HUNT
from support.laws import accepted_is_safe, model_agrees, releases_agree, validator_agrees

pytestmark = pytest.mark.slow

GOOD = contents().map(lambda bundle: bundle.build())
OLDER = core("channel", "7.11")

Law = Callable[[CoreUnderTest, bytes], object]


def broken(planted: CoreUnderTest, law: Law, testcases: st.SearchStrategy[bytes]) -> str:
    """Return how a law fails on a core that breaks it."""

    @HUNT
    @given(testcases)
    def holds(testcase: bytes) -> None:
        law(planted, testcase)

    with pytest.raises(AssertionError) as failure:
        holds()
    return str(failure.value)


def test_planted_a_range_without_its_high_end_is_found_by_the_model() -> None:
    said = broken(planted_core("model"), model_agrees, GOOD)
    assert said.startswith(("data: ", "elements: "))


def test_planted_work_that_grows_too_fast_is_found_by_the_model() -> None:
    assert broken(planted_core("work"), model_agrees, GOOD).startswith("fuel: ")


def test_planted_trailing_bytes_are_found_by_the_validator() -> None:
    testcases = damaged(contents(max_events=0))
    assert "behind the last field" in broken(planted_core("accepted"), validator_agrees, testcases)


def test_planted_another_comparison_is_found_by_the_other_releases() -> None:
    def agree(planted: CoreUnderTest, testcase: bytes) -> None:
        releases_agree(planted, [OLDER], testcase)

    assert "by 7.11" in broken(planted_core("releases"), agree, GOOD)


def test_planted_undefined_behaviour_is_found_in_what_is_accepted() -> None:
    def safe(planted: CoreUnderTest, testcase: bytes) -> None:
        accepted_is_safe([planted], testcase)

    planted = planted_core("memory", Sanitizer.UNDEFINED)
    assert "null pointer" in broken(planted, safe, GOOD)
