# SPDX-License-Identifier: Apache-2.0
"""The real core agrees with Python's `re`, and google-re2, on compiled patterns."""

from __future__ import annotations

import re
import sys
import warnings
from typing import Any

import pytest
from hypothesis import assume, given, settings, target
from hypothesis import strategies as st

from groundstop.model import Stage
from groundstop.properties import core
from groundstop.targets.channel.status import Status
from support.patterns import compiles, pattern_bundle
from support.strategies import PATTERNS, VALUES

newest = core("channel")
COMPILED = PATTERNS.filter(compiles)


def matches(patterns: list[str], values: list[bytes]) -> list[set[int]]:
    """Return for each value the numbers, from 1, of the patterns that the core finds in it."""
    outcome = newest.run(pattern_bundle(patterns, values).build())
    assert outcome.stage is Stage.EVALUATED
    data, found = outcome.data, []
    assert data[:2] == bytes([ord("L"), Status.OK])
    at = 3
    while at < len(data):
        assert data[at : at + 2] == bytes([ord("E"), Status.OK])
        count = int.from_bytes(data[at + 2 : at + 6], "little")
        end = at + 6 + 4 * count
        found.append({int.from_bytes(data[i : i + 4], "little") for i in range(at + 6, end, 4)})
        at = end
    return found


@given(
    patterns=st.lists(COMPILED, min_size=1, max_size=8),
    values=st.lists(VALUES, min_size=1, max_size=16),
)
def test_the_core_finds_what_re_finds(patterns: list[str], values: list[bytes]) -> None:
    found = matches(patterns, values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [re.compile(pattern.encode()) for pattern in patterns]
    for value, ids in zip(values, found, strict=True):
        for number, regex in enumerate(expected, start=1):
            if value or rb"\B" not in regex.pattern or sys.version_info >= (3, 14):
                assert (number in ids) == bool(regex.search(value)), (regex.pattern, value)


def re2_of(pattern: str) -> Any:  # noqa: ANN401 - re2 ships no types
    r"""Return a pattern as google-re2 compiles it, None where the two do not speak the same.

    It has `\Z` as `\z`, no flags `a` and `x`, and takes `{,1}` literally.
    """
    re2 = pytest.importorskip("re2", reason="google-re2 is not installed")
    if "{," in pattern:
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # a byte is a character
    options.log_errors = False
    try:
        return re2.compile(pattern.replace(r"\Z", r"\z").encode(), options)
    except re2.error:
        return None


def is_comparable(pattern: str, value: bytes) -> bool:
    r"""Say whether a pattern means the same to google-re2 in this value.

    Its `$` is the very end, where `re` has also the place before a last newline; and its
    `\s` lacks `\v`, which no value here has.
    """
    return "$" not in pattern or not value.endswith(b"\n")


@given(
    patterns=st.lists(COMPILED, min_size=1, max_size=8),
    values=st.lists(VALUES, min_size=1, max_size=16),
)
def test_the_core_finds_what_re2_finds(patterns: list[str], values: list[bytes]) -> None:
    known = {pattern: regex for pattern in patterns if (regex := re2_of(pattern)) is not None}
    assume(known)
    for value, ids in zip(values, matches(list(known), values), strict=True):
        for number, (pattern, regex) in enumerate(known.items(), start=1):
            if is_comparable(pattern, value):
                assert (number in ids) == (regex.search(value) is not None), (pattern, value)


@settings(max_examples=50)
@given(pattern=COMPILED, value=VALUES, times=st.integers(1, 200))
def test_patterns_take_linear_fuel(pattern: str, value: bytes, times: int) -> None:
    bundle = pattern_bundle([pattern], [value * times])
    outcome = newest.run(bundle.build())
    (program,) = bundle.channel.programs
    most = 1 + 1 + len(program.insns) * (len(value) * times + 1)  # instance, criterion, positions
    target(outcome.fuel / most)
    assert outcome.fuel <= most
    assert outcome.fuel_bound == most
