# SPDX-License-Identifier: Apache-2.0
"""The bench's statistics against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from groundstop.bench import Times, a12, compare
from groundstop.bench._report import _spread

pytest.importorskip("scipy", reason="the bench extra is not installed")


def test_a_clear_win_has_effect_size_one_and_a_small_p_value() -> None:
    ours = Times((1.0, 2.0, 3.0, 4.0, 5.0), 60)
    theirs = Times((20.0, 30.0, 40.0, 50.0, 60.0), 60)
    result = compare(ours, theirs)
    assert result.a12 == 1.0
    # Five against five, completely separated: 2 / C(10, 5).
    assert result.p_value == pytest.approx(2 / 252)
    assert result.ratio == pytest.approx(40 / 3)
    assert not result.censored


def test_a_loss_is_reported_as_a_loss() -> None:
    result = compare(Times((30.0, 40.0, 50.0), 60), Times((1.0, 2.0, 3.0), 60))
    assert result.a12 == 0.0
    assert result.ratio < 1


def test_trials_that_did_not_find_it_are_censored_not_dropped() -> None:
    theirs = Times((10.0, math.inf, math.inf), 60)
    assert theirs.found == 1
    assert math.isinf(theirs.median)
    assert theirs.lower_median == 60
    result = compare(Times((1.0, 2.0, 3.0), 60), theirs)
    assert result.censored
    assert result.ratio == pytest.approx(30)


def test_ties_count_half() -> None:
    assert a12([1.0, 2.0], [1.0, 2.0]) == 0.5


def test_two_that_never_find_it_do_not_differ() -> None:
    never = Times((math.inf, math.inf), 10)
    result = compare(never, never)
    assert result.a12 == 0.5
    assert result.ratio == 1


@pytest.mark.parametrize("rates, shown", [([4.0], ""), ([3.0, 4.0, 5.0], "±25%"), ([0.0, 0.0], "")])
def test_one_trial_has_no_spread(rates: list[float], shown: str) -> None:
    assert _spread(rates, sum(rates) / len(rates)) == shown
