# SPDX-License-Identifier: Apache-2.0
"""The shrinker: what it comes to, in how many runs, and how it ends."""

from __future__ import annotations

import pytest

from groundstop.findings._shrink import EnoughError, Shrinker, clear, cut, lower


def shrinker(data: bytes, needed: bytes, **limits: float) -> Shrinker:
    return Shrinker(data, lambda one: needed in one, limits.get("seconds", 60), lambda: False)


def test_cut_leaves_what_is_needed() -> None:
    held = shrinker(b"x" * 500 + b"needed" + b"y" * 500, b"needed")
    assert cut(held.best, held.consider) == held.best == b"needed"
    assert held.runs < 150


def test_cut_leaves_out_two_at_a_time() -> None:
    def holds(items: bytes) -> bool:
        return len(items) >= 3 and len(items) % 2 == 1 and items[:1] == b"A"

    for size in range(3, 40, 2):
        assert len(cut(b"A" + b"b" * (size - 1), holds)) == 3


def test_cut_takes_lists_too() -> None:
    asked: list[object] = list(range(100))

    def holds(items: list[object]) -> bool:
        return {3, 97} <= set(items)

    assert cut(asked, holds) == [3, 97]


def test_clear_keeps_size_and_what_is_needed() -> None:
    held = shrinker(b"x" * 50 + b"needed" + b"y" * 50, b"needed")
    assert clear(held.best, held.consider) == bytes(50) + b"needed" + bytes(50)


@pytest.mark.parametrize("least, found", [(0, 21), (21, 21), (30, 30)])
def test_lower_finds_the_limit_in_few_steps(least: int, found: int) -> None:
    asked: list[int] = []

    def holds(value: int) -> bool:
        asked.append(value)
        return value >= 21

    assert lower(2**32 - 1, least, holds) == found
    assert len(asked) <= 33
    assert min(asked) >= least


def test_nothing_is_run_twice_and_nothing_longer_at_all() -> None:
    ran: list[bytes] = []

    def shows(data: bytes) -> bool:
        ran.append(data)
        return data == b"ab"

    held = Shrinker(b"abc", shows, 60, lambda: False)
    assert [held.consider(b) for b in (b"a", b"a", b"abcd", b"abc", b"ab", b"ab")] == [
        False,
        False,
        False,
        True,
        True,
        True,
    ]
    assert ran == [b"a", b"ab"]


def test_it_ends_when_it_should() -> None:
    with pytest.raises(EnoughError):
        shrinker(b"abc", b"a", seconds=0).consider(b"a")
    with pytest.raises(EnoughError):
        Shrinker(b"abc", lambda _: True, 60, lambda: True).consider(b"a")
