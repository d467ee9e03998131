# SPDX-License-Identifier: Apache-2.0
"""Text that is fit to print, and lines that a shell takes back."""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.words import bounded, one_line, printable, shell_line

# Whatever a file may be called: any bytes but NUL, as Python hands them on.
NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name).map(os.fsdecode)
# What attackers use, more often than any text would have it.
TEXTS = st.lists(
    st.sampled_from("\x1b\x9b\x07\r\n\t:# [v-so]a\u202e\u2066\u200b\u2028\ufeff\udc80é☃")
).map("".join) | st.text(st.characters())


@given(text=TEXTS)
def test_what_is_printable_steers_nothing_and_is_so_a_second_time(text: str) -> None:
    shown = printable(text)
    assert all(character.isprintable() or character in "\n\t" for character in shown)
    assert not any(line.lstrip().startswith("::") for line in shown.split("\n"))
    assert "##[" not in shown
    assert "##vso[" not in shown
    assert printable(shown) == shown
    shown.encode()  # raises for what no terminal can be sent


@given(text=TEXTS)
def test_one_line_is_one(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "text", ["plain", "in a::b, c:: and #, ##", "naïve → 日本語", "a\n  b: c\n\td", ""]
)
def test_ordinary_text_stays(text: str) -> None:
    assert printable(text) == text


def test_a_message_is_bounded_and_says_so() -> None:
    text = "a" * 600_000 + "b" * 600_000
    cut = bounded(text)
    assert len(cut) < 10_000
    assert cut.startswith("aaa")
    assert cut.endswith("bbb")
    assert " more characters " in cut
    assert bounded(cut) == cut or len(bounded(cut)) < 10_000


def test_a_shell_takes_back_every_word() -> None:
    @given(words=st.lists(NAMES | st.sampled_from(["'", "a b", "$(x)", "\x1b]0;", "é", "-n", "~"])))
    def law(words: list[str]) -> None:
        line = shell_line(words)
        assert printable(line) == line
        assert "\n" not in line
        run = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {line}"],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            check=True,
        )
        expected = b"".join(os.fsencode(word) + b"\0" for word in words)
        assert run.stdout == (expected or b"\0")

    law()
