# SPDX-License-Identifier: Apache-2.0
"""Families of values: what a criterion is tried with, and that the core evaluates all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.model import Outcome, Release
from groundstop.replay import Worker
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle, Number, Text
from support.channel import CORPUS, ROOT, SEEDS, open_core

content = ChannelContent()
NATIVE = ROOT / "native" / "channel"
NEWEST = Release("7.15")
Values = set[bytes | int | None]


@pytest.fixture(scope="module")
def core() -> Iterator[Worker]:
    with open_core(NEWEST.name) as worker:
        yield worker


def values_of(folder: Path, criterion: str, name: str, position: int) -> Values:
    """Return the values that events have for one criterion, behind one on `operation`."""
    source = folder / "source.toml"
    source.write_text(
        f'templates = "{CORPUS}/templates/current.toml"\nchannel = 1\n\n[[instance]]\nid = 1\n'
        f'name = "i"\ntype = "ipc"\nseverity = "low"\n[instance.match]\noperation = 77\n'
        f"{name} = {criterion}\n"
    )
    found: Values = set()
    for made in content.synthesize(source, NEWEST, NATIVE).made:
        for event in Bundle.parse(made.testcase).events.events:
            operation = event.values[8].body
            if not isinstance(operation, Number) or operation.number != 77:
                continue
            match event.values[position].body:
                case Number(number=number):
                    found.add(number)
                case Text(bytes_=text):
                    found.add(text)
                case _:
                    found.add(None)
    return found


@pytest.mark.parametrize("kind", ["exact", "prefix", "suffix", "substring", "glob", "pattern"])
def test_a_text_is_tried_at_each_place_where_comparing_goes_wrong(
    tmp_path: Path, kind: str
) -> None:
    found = values_of(tmp_path, f"{{ {kind} = 'abcde' }}", "pipe_name", 9)
    equal = b"abcde"
    assert found >= {equal, b"abcd", b"bcde", b"", None, b"ABCDE", b"abcdea", b"\xffabcde"}
    for at in (0, 2, 4):
        others = {v for v in found if isinstance(v, bytes) and len(v) == 5}
        assert any(
            v[:at] + v[at + 1 :] == equal[:at] + equal[at + 1 :] and v != equal for v in others
        ), at
    longest = [v for v in found if isinstance(v, bytes) and len(v) == 0xFFFF]
    assert {(v[:5] == equal, v[-5:] == equal) for v in longest} == {(True, False), (False, True)}


def test_a_range_is_tried_at_its_ends_and_beside_them(tmp_path: Path) -> None:
    found = values_of(tmp_path, "{ range = [100, 200] }", "pipe_mode", 10)
    assert found >= {99, 100, 101, 199, 200, 201, 0, (1 << 64) - 1, None}
    everything = values_of(tmp_path, "{ range = [0, 18446744073709551615] }", "pipe_mode", 10)
    assert everything >= {0, 1, (1 << 64) - 2, (1 << 64) - 1, None}


def test_a_wildcard_is_tried_too(tmp_path: Path) -> None:
    found = values_of(tmp_path, "{ any = true }", "pipe_name", 9)
    assert found >= {None, b"", b"a"}


def test_stars_of_a_glob_take_nothing_one_byte_and_more(tmp_path: Path) -> None:
    found = values_of(tmp_path, "{ glob = 'a*b?c*' }", "pipe_name", 9)
    assert found >= {b"abxc", b"axbxcx", b"axxbxcxx", b"abx", b"abxca"}


def test_each_alternative_of_a_pattern_is_tried(tmp_path: Path) -> None:
    found = values_of(tmp_path, "{ pattern = '^(cat|slivers|[0-9]{4})$' }", "pipe_name", 9)
    texts = {v for v in found if isinstance(v, bytes)}
    assert texts >= {b"cat", b"slivers"}
    assert any(len(v) == 4 and v.isdigit() for v in texts)


@pytest.mark.parametrize("path", SEEDS[::5], ids=lambda path: path.stem)
def test_every_value_of_a_family_is_evaluated(core: Worker, path: Path) -> None:
    """Every criterion before it is satisfied: its own element is reported."""
    tried = 0
    for made in content.synthesize(path, NEWEST, NATIVE).made:
        events = [content.pick_event(made.testcase, n) for n in range(len(made.aims))]
        for aim, outcome in zip(made.aims, core.run_many(events), strict=True):
            assert isinstance(outcome, Outcome)
            assert aim.element in {number for number, _ in outcome.elements}, aim
            tried += 1
    assert tried > 20
