# SPDX-License-Identifier: Apache-2.0
"""Compiled patterns match exactly where Python's `re` finds something."""

from __future__ import annotations

import re
import sys
import warnings

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from groundstop.targets.channel.patterns import Op, PatternError, compile_pattern
from support.patterns import Classes, search

LITERALS = st.sampled_from(["a", "b", "B", "_", "0", " ", r"\n", r"\.", r"\xff", r"\x00", "-", "Z"])
CATEGORIES = st.sampled_from([r"\d", r"\D", r"\s", r"\S", r"\w", r"\W"])
CONDITIONS = st.sampled_from(["^", "$", r"\A", r"\Z", r"\b", r"\B"])
RANGES = st.sampled_from(["a-z", "A-b", "0-9", r"\x00-\x1f", r"Z-\xff", "B-B"])
CLASSES = st.builds(
    "[{}{}]".format,
    st.sampled_from(["", "^"]),
    st.lists(LITERALS | CATEGORIES | RANGES, min_size=1, max_size=3).map("".join),
)
COUNTS = st.sampled_from(["*", "+", "?", "{0}", "{2}", "{1,3}", "{0,2}", "{2,}", "{,1}"])
LAZY = st.sampled_from(["", "?"])
SCOPES = st.sampled_from(["", "?:", "?i:", "?-i:", "?s:", "?m:", "?s-m:", "?ims:"])
GLOBALS = st.sampled_from(["", "(?i)", "(?s)", "(?m)", "(?im)", "(?ims)", "(?a)", "(?x)"])


def _extend(patterns: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = st.builds("({}{})".format, SCOPES, patterns)
    return (
        group
        | st.builds("{}{}{}".format, LITERALS | CATEGORIES | CLASSES | group, COUNTS, LAZY)
        | st.builds("{}|{}".format, patterns, patterns | st.just(""))
        | st.lists(patterns, min_size=2, max_size=4).map("".join)
    )


PATTERNS = st.builds(
    str.__add__,
    GLOBALS,
    st.recursive(
        LITERALS | CATEGORIES | CLASSES | CONDITIONS | st.just("."), _extend, max_leaves=12
    ),
)
ATOMS = (
    r". [a] [^a] [^A-Fx] [Z-a] [\W] [^\W_] [^\d] [\s\S] [@-\[] [\x80-\xff] [^\x00-\xff]"
    r" k \xe4 [^\xc4] \d \D \s \S \w \W [a-z\d] [^\s-] [\b] [^\n] \t \Z$"
)
VALUES = st.lists(st.sampled_from(b"abABzZ_09 \n.-\x00\x80\xff"), max_size=12).map(bytes)


@given(pattern=PATTERNS, values=st.lists(VALUES, min_size=1, max_size=6))
def test_a_compiled_pattern_finds_what_re_finds(pattern: str, values: list[bytes]) -> None:
    classes = Classes()
    source = pattern.encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = re.compile(source)
        except re.error:
            assume(condition=False)
    try:
        program = compile_pattern(source, classes.index)
    except PatternError as error:
        assert "instructions" in str(error) or "about to change" in str(error)  # noqa: PT017
        return
    assert program[-1].op is Op.MATCH
    for value in values:
        found = expected.search(value) is not None
        event("found" if found else "not found")
        if value or r"\B" not in pattern or sys.version_info >= (3, 14):
            assert search(program, classes.members, value) == found, value


@pytest.mark.parametrize("flags", ["", "(?i)", "(?s)", "(?is)"])
@pytest.mark.parametrize("atom", ATOMS.split())
def test_an_atom_consumes_the_byte_values_that_re_consumes(flags: str, atom: str) -> None:
    classes = Classes()
    source = f"{flags}{atom}".encode()
    program = compile_pattern(source, classes.index)
    for byte in range(256):
        value = bytes([byte])
        assert search(program, classes.members, value) == bool(re.search(source, value)), byte
