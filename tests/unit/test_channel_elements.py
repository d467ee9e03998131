# SPDX-License-Identifier: Apache-2.0
"""Elements of content coverage: numbered as the core does, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.errors import GroundstopError, InputError, SourceError, SourceLocation
from groundstop.model import Outcome, Release
from groundstop.replay import Worker
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle, CriterionKind
from support.channel import CORPUS, HOSTILE, ROOT, SEEDS, open_core

content = ChannelContent()
NATIVE = ROOT / "native" / "channel"
MIXED = CORPUS / "seeds" / "mixed-hands-on-keyboard.toml"


@pytest.fixture(scope="module")
def core() -> Iterator[Worker]:
    with open_core("7.15") as worker:
        yield worker


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_each_criterion_is_an_element_at_its_line(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    criteria = [
        criterion
        for instance in Bundle.parse(content.testcase(path)).channel.instances
        for criterion in instance.criteria
    ]
    elements = content.elements(path)
    assert [each.number for each in elements] == list(range(len(criteria)))
    for element, criterion in zip(elements, criteria, strict=True):
        assert isinstance(element.where, SourceLocation)
        assert element.where.path == path
        name = element.where.field.rpartition(".")[2]
        assert lines[element.where.line - 1].startswith((name, "match"))
        assert f"({name})" in element.text
        assert (element.outcomes == (1,)) == (criterion.kind is CriterionKind.ANY)
        assert bool(element.details) == (criterion.kind is CriterionKind.PATTERN)


def test_a_binary_has_the_same_elements_at_its_bytes(tmp_path: Path) -> None:
    for part in ("channel", "bundle"):
        binary = tmp_path / f"content.{part}"
        binary.write_bytes(content.compile(MIXED, part))
        of_text, of_binary = content.elements(MIXED), content.elements(binary)
        for one, other in zip(of_text, of_binary, strict=True):
            assert (one.number, one.text, one.outcomes, one.details) == (
                other.number,
                other.text,
                other.outcomes,
                other.details,
            )
            assert isinstance(other.where, str)
            offset = int(other.where.rpartition("byte ")[2])
            index = int(one.text.split("input ")[1].split()[0]) - 1
            assert binary.read_bytes()[offset : offset + 2] == index.to_bytes(2, "little")


def test_the_core_reports_what_the_elements_say(core: Worker) -> None:
    """An event that only the last instance's type sees gives only that instance's numbers."""
    made = content.synthesize(MIXED, Release("7.15"), NATIVE)
    elements = content.elements(MIXED)
    for testcase in made.testcases[:1]:
        bundle = Bundle.parse(testcase)
        for event in bundle.events.events:
            bundle.events.events = [event]
            outcome = core.run(bundle.build())
            assert isinstance(outcome, Outcome)
            seen = {number for number, _ in outcome.elements}
            types = {8001: 1, 8002: 6, 8003: 4}
            ids = {int(elements[number].text.rpartition(" ")[2]) for number in seen}
            assert {types[instance_id] for instance_id in ids} <= {event.type_id}
            details = {number for number, _ in outcome.details}
            assert details <= {n for number in seen for n in elements[number].details}
            patterns = [elements[number] for number in seen if elements[number].details]
            assert all(details.intersection(each.details) for each in patterns)


@pytest.mark.parametrize(
    "text, message",
    [
        ('[[type]]\nid = 1\nname = "t"\ninputs = [{ name = "a", kind = "bytes" }]', "no channel"),
        ("channel = ", "not TOML"),
        ("[[event]]\n", "no type"),
    ],
)
def test_a_source_without_criteria_or_sense_is_one_message(
    tmp_path: Path, text: str, message: str
) -> None:
    source = tmp_path / "source.toml"
    source.write_text(text)
    with pytest.raises(SourceError) as raised:
        content.elements(source)
    assert str(raised.value).startswith(f"{source}:")
    assert message in str(raised.value) or "is missing" in str(raised.value)


def test_events_and_templates_alone_have_no_elements(tmp_path: Path) -> None:
    for part in ("templates", "events"):
        binary = tmp_path / part
        binary.write_bytes(content.compile(MIXED, part))
        with pytest.raises(InputError, match=f"is a file of {part}"):
            content.elements(binary)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_what_no_release_loads_has_no_elements(path: Path) -> None:
    """Some hostile files break no rule of the format alone: the core refuses them later."""
    try:
        content.elements(path)
    except GroundstopError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017
    else:
        assert "mismatch" in path.name


def test_a_channel_without_criteria_has_no_elements(tmp_path: Path) -> None:
    source = tmp_path / "source.toml"
    source.write_text(f'templates = "{CORPUS}/templates/current.toml"\nchannel = 1\n')
    assert content.elements(source) == []
    assert content.synthesize(source, Release("7.15"), NATIVE).testcases == ()
