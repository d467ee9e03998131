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
from support.strategies import PATTERNS, VALUES

ATOMS = (
    r". [a] [^a] [^A-Fx] [Z-a] [\W] [^\W_] [^\d] [\s\S] [@-\[] [\x80-\xff] [^\x00-\xff]"
    r" k \xe4 [^\xc4] \d \D \s \S \w \W [a-z\d] [^\s-] [\b] [^\n] \t \Z$"
)


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
