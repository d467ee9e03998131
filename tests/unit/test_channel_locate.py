# SPDX-License-Identifier: Apache-2.0
"""Lines of a TOML document's keys, whatever way its author writes tables."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstop.targets.channel.source.locate import Span, dotted, places
from support.channel import CORPUS, SEEDS

DOCUMENT = """\
# a comment
top = 1
dotted.inner."quoted key" = [
  1, # first
  { deep = 'x', deeper.still = [
    2 ] },
]

[[list]]
a = 1
[list.sub]
b = 2
[list.sub.sub]
c = 3

[[list]]
a = 4
[[list.inner]]
d = 5
[[list.inner]]
'd' = 6
[list.sub]
"b\\u0062" = { x = { y = [[], [7]] } }

[table]
text = '''
[[list]]
a = 99
'''
after = 8
"""


def paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - any TOML
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        yield (*at, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*at, key))


def test_each_key_is_where_it_is() -> None:
    lines = {path: place.key.line for path, place in places(DOCUMENT).items()}
    assert lines["top",] == 2
    assert lines["dotted", "inner", "quoted key"] == 3
    assert lines["dotted", "inner", "quoted key", 0] == 4
    assert lines["dotted", "inner", "quoted key", 1, "deeper", "still", 0] == 6
    assert lines["list",] == 9
    assert lines["list", 0, "sub", "sub", "c"] == 14
    assert lines["list", 1] == 16
    assert lines["list", 1, "a"] == 17
    assert lines["list", 1, "inner", 1, "d"] == 21
    assert lines["list", 1, "sub", "bb", "x", "y", 1, 0] == 23
    assert lines["table", "after"] == 30


def test_keys_and_values_have_columns() -> None:
    found = places(DOCUMENT)
    assert found["top",] == (Span(2, 0, 2, 3), Span(2, 6, 2, 7))
    assert found["dotted", "inner", "quoted key", 1, "deep"].value == Span(5, 11, 5, 14)
    assert found["list", 0, "sub"].key == Span(11, 1, 11, 9)


@pytest.mark.parametrize(
    "text",
    [DOCUMENT, *(path.read_text() for path in (*SEEDS, CORPUS / "templates" / "current.toml"))],
    ids=["document", *(path.stem for path in SEEDS), "templates"],
)
def test_every_key_that_tomllib_reads_has_a_line(text: str) -> None:
    assert set(paths(tomllib.loads(text))) == set(places(text))


@pytest.mark.parametrize("text", ["", "a = ", "[[", "x = [1, {", '"\\q" = 1', "= 1\n[a]\nb = 2\n"])
def test_what_is_no_toml_does_no_harm(text: str) -> None:
    assert isinstance(places(text), dict)


def test_arrays_in_arrays_need_no_recursion() -> None:
    depth = 3000
    found = places("a = " + "[\n" * depth + "]" * depth)
    assert found["a", *[0] * (depth - 1)].key.line == depth


def test_paths_are_written_as_people_do() -> None:
    assert dotted(("instance", 0, "match", "port")) == "instance[0].match.port"
    assert dotted(()) == ""


def test_real_lines_of_a_real_seed() -> None:
    path = Path(SEEDS[0])
    text = path.read_text()
    found = places(text)
    for index in range(text.count("[[event]]")):
        assert text.split("\n")[found["event", index].key.line - 1].startswith("[[event]]")
