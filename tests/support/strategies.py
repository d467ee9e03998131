# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies that several property tests share."""

from __future__ import annotations

from hypothesis import strategies as st

# Regular expressions of every construct that the content compiler translates.
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
VALUES = st.builds(
    bytes.__add__,
    st.lists(st.sampled_from(b"abABzZ_09 \n.-\x00\x80\xff"), max_size=12).map(bytes),
    st.sampled_from([b"", b"", b"", b"\n"]),  # before which some conditions hold
)
