# SPDX-License-Identifier: Apache-2.0
"""Whatever a text source contains: it is read, or its mistakes are told, and nothing else."""

from __future__ import annotations

import tempfile
import tomllib
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from groundstop.errors import SourceError
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.source.scan import scan
from groundstop.targets.channel.source.syntax import parse
from support.channel import CORPUS, SEEDS

TEXTS = [path.read_text() for path in SEEDS]
TEMPLATES = (CORPUS / "templates" / "current.toml").read_text()
PIECES = st.sampled_from(
    [
        *("[", "]", "{", "}", "[[", "]]", "=", ",", ".", "'", '"', "'''", '"""', "#", "\n", "\r"),
        *("\r\n", "\\", "\\p", "\\u00", "\0", "\t", "\ufeff", "“", "\xa0", "é", "0", "-1"),
        *(
            "0x" + "f" * 200,
            "9" * 300,
            "1e999",
            "nan",
            "2024-07-19",
            "true",
            "True",
            "[[instance]]",
        ),
        *("[[event]]\n", "[instance.match]\n", "match = 1\n", "id = [1]\n", "instance = 1\n"),
        *("type = []\n", "expect = [[]]\n", "a." * 20, "{a=" * 20, "[" * 20, "templates = 1\n"),
        *("pattern = '[[:alpha:]]'", "image = { pattern = '(?i)\\xff{9}' }\n", "hex = 'zz'"),
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a seed or the templates with pieces cut out, doubled or put in."""
    text = draw(st.sampled_from([*TEXTS, TEMPLATES]))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 1, 2, 10, 80]))
        text = text[:at] + draw(PIECES | st.just(text[at : at + 40])) + text[at + cut :]
    return text


TEXT = mutated() | st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


@given(TEXT)
def test_a_source_is_compiled_or_its_mistakes_are_told(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.toml"
        (Path(folder) / "current.toml").write_text(TEMPLATES)
        text = text.replace("../templates/current.toml", "current.toml")
        source.write_text(text, encoding="utf-8", newline="")
        try:
            ChannelContent().compile(source)
        except SourceError as error:
            lines = text.count("\n") + 1
            for each in error.errors:
                assert 1 <= each.where.line <= lines or each.where.path != source
                assert len(each.excerpt.splitlines()) in {0, 2}
                assert all(unicodedata.category(c) != "Cc" or c == "\n" for c in each.excerpt)


@given(st.binary(max_size=200))
def test_any_bytes_are_compiled_or_told(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.toml"
        source.write_bytes(data)
        try:
            ChannelContent().compile(source)
        except SourceError:
            pass
        else:
            raise AssertionError(data)


@given(TEXT)
def test_a_text_that_tomllib_reads_has_no_flaw(text: str) -> None:
    """Its limits apart: nothing that is TOML is refused, and nothing else is read."""
    parsed = parse(text)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError):
        assert parsed.flaws
    else:
        if scan(text).fatal is None:
            assert not parsed.flaws
            assert repr(parsed.values) == repr(values)  # nan is not nan
