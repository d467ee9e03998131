# SPDX-License-Identifier: Apache-2.0
"""The real core agrees with Python's `re` on what the content compiler made of a pattern."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.model import Outcome, Stage
from groundstop.replay import Worker
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.patterns import PatternError, compile_pattern
from groundstop.targets.channel.status import Status
from support.channel import open_core
from support.patterns import Classes
from support.strategies import PATTERNS, VALUES

TYPE_ID = 2  # script_execution, which every release has
content = ChannelContent()


@pytest.fixture(scope="module")
def core() -> Iterator[Worker]:
    with open_core("7.11") as worker:
        yield worker


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("patterns")


def matches(worker: Worker, source: Path) -> list[set[int]]:
    """Return for each event the ids of the instances that matched it, as the core reports them."""
    outcome = worker.run(content.testcase(source))
    assert isinstance(outcome, Outcome), outcome
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


def compiles(pattern: str) -> bool:
    try:
        compile_pattern(pattern.encode(), Classes().index)
    except PatternError:
        return False
    return True


def write_probe(folder: Path, patterns: list[str], values: list[bytes]) -> Path:
    """Write one instance for each pattern, by number from 1, and one event for each value."""
    declared = next(t for t in content.default_types.types if t.type_id == TYPE_ID)
    inputs = (
        f'{{ name = "{entry.name.decode()}", kind = "{entry.kind.name.lower()}" }}'
        for entry in declared.inputs
    )
    source = folder / "source.toml"
    source.write_text(
        "channel = 1\n"
        f'[[type]]\nid = 2\nname = "probe"\ninputs = [{", ".join(inputs)}]\n'
        + "".join(
            f'[[instance]]\nid = {number}\nname = "p"\ntype = "probe"\nseverity = "low"\n'
            f"match = {{ script_text = {{ pattern = '''{pattern}''' }} }}\n"
            for number, pattern in enumerate(patterns, start=1)
        )
        + "".join(
            f'[[event]]\ntype = "probe"\nvalues = {{ script_text = {{ hex = "{value.hex()}" }} }}\n'
            for value in values
        )
    )
    return source


@given(
    patterns=st.lists(PATTERNS.filter(compiles), min_size=1, max_size=8),
    values=st.lists(VALUES, min_size=1, max_size=16),
)
def test_the_core_finds_what_re_finds(
    core: Worker, folder: Path, patterns: list[str], values: list[bytes]
) -> None:
    found = matches(core, write_probe(folder, patterns, values))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [re.compile(pattern.encode()) for pattern in patterns]
    for value, ids in zip(values, found, strict=True):
        for number, regex in enumerate(expected, start=1):
            if value or rb"\B" not in regex.pattern or sys.version_info >= (3, 14):
                assert (number in ids) == bool(regex.search(value)), (regex.pattern, value)
