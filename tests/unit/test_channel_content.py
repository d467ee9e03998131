# SPDX-License-Identifier: Apache-2.0
"""The channel target's content toolchain: testcases, definition and release checks, reports."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from groundstop.errors import InputError, SourceLocation, TargetError
from groundstop.model import Outcome, Release, Stage
from groundstop.targets.channel.bundle import Parts
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle, Events
from groundstop.targets.channel.status import Status
from support.channel import CORPUS, INCIDENT, ROOT, SEEDS, write_source

content = ChannelContent()
CANDIDATE = INCIDENT / "channel-291.toml"
THAT_DAY = Release("7.11", "2024-07")


@pytest.fixture(scope="module")
def that_days_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The description of 7.11 without its 21st input: what history/2024-07.patch makes of it."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "native" / "channel" / "releases", tree / "releases")
    release = tree / "releases" / "7.11.toml"
    text = release.read_text()
    assert text.count("first_message") == 1
    release.write_text(re.sub(r".*first_message.*\n", "", text))
    return tree


def test_the_definition_check_of_that_day_finds_nothing() -> None:
    """Finding 4: the validator trusted the definition's 21."""
    assert content.check_definition(CANDIDATE) == []


def test_the_release_check_names_the_criterion_and_its_line(that_days_tree: Path) -> None:
    first, second = content.check_release(CANDIDATE, THAT_DAY, that_days_tree)
    line = next(
        number
        for number, text in enumerate(CANDIDATE.read_text().split("\n"), start=1)
        if text.startswith("first_message = { prefix")
    )
    assert first.message == (
        f"7.11@2024-07 supplies 20 inputs, the criterion at channel-291.toml:{line} reads input 21"
    )
    assert isinstance(first.where, SourceLocation)
    assert (first.where.path, first.where.line) == (CANDIDATE, line)
    assert first.where.field == "instance[1].match.first_message"
    assert second.message == ("7.11@2024-07 supplies 20 inputs, the definition of ipc promises 21")
    assert isinstance(second.where, SourceLocation)
    assert second.where.path == INCIDENT / "ipc.toml"


def test_the_release_check_of_a_binary_names_the_byte(that_days_tree: Path, tmp_path: Path) -> None:
    for part in ("channel", "bundle"):
        binary = tmp_path / f"291.{part}"
        binary.write_bytes(content.compile(CANDIDATE, part))
        first, *_ = content.check_release(binary, THAT_DAY, that_days_tree)
        assert first.message.startswith("7.11@2024-07 supplies 20 inputs, the criterion at ")
        assert first.message.endswith("reads input 21")
        assert isinstance(first.where, str)
        offset = int(first.where.rpartition("byte ")[2])
        assert binary.read_bytes()[offset : offset + 2] == (20).to_bytes(2, "little")


def test_a_wildcard_reads_nothing_but_its_definition_is_still_wrong(that_days_tree: Path) -> None:
    wildcard = INCIDENT / "channel-291-wildcard.toml"
    problems = content.check_release(wildcard, THAT_DAY, that_days_tree)
    assert [problem.rule for problem in problems] == ["defined-inputs"]


def test_a_type_that_a_release_lacks_is_inert() -> None:
    native = ROOT / "native" / "channel"
    assert content.check_release(CANDIDATE, Release("7.10"), native) == []


def test_inputs_in_another_order_are_a_problem(tmp_path: Path) -> None:
    templates = tmp_path / "templates.toml"
    text = (CORPUS / "templates" / "current.toml").read_text()
    swapped = text.replace(
        '{ name = "image_path", kind = "bytes" },\n  { name = "image_name", kind = "bytes" }',
        '{ name = "image_name", kind = "bytes" },\n  { name = "image_path", kind = "bytes" }',
        1,
    ).replace('"session_id", kind = "integer"', '"session_id", kind = "bytes"', 1)
    templates.write_text(swapped)
    problems = content.check_release(templates, Release("7.15"), ROOT / "native" / "channel")
    (problem,) = problems  # session_id is wrong too, but an order is often off from one place on
    assert problem.message == (
        "7.15 supplies image_path (bytes) as input 1 of process_creation, "
        "the definition says image_name (bytes)"
    )


def test_a_release_that_cannot_be_read_is_an_error_never_a_pass(tmp_path: Path) -> None:
    with pytest.raises(TargetError):
        content.check_release(CANDIDATE, Release("7.11"), tmp_path)


def test_the_definition_check_of_a_binary_names_field_and_byte(tmp_path: Path) -> None:
    bundle = Bundle.parse(content.compile(CANDIDATE))
    bundle.channel.instances[1].input_count = 20
    binary = tmp_path / "candidate"
    for data in (bundle.build(), bundle.channel.build()):
        binary.write_bytes(data)
        problem, *_ = content.check_definition(binary)
        offset = int(str(problem.where).rpartition("byte ")[2])
        assert data[offset : offset + 2] == (20).to_bytes(2, "little")
        assert "instances[1].input_count" in str(problem.where)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        content.check_definition(tmp_path / "nowhere.gscf")


def test_every_part_becomes_a_testcase(tmp_path: Path) -> None:
    source = SEEDS[0]
    whole = Bundle.parse(content.testcase(source))
    part = tmp_path / "part"
    for name in ("templates", "channel", "events", "bundle"):
        part.write_bytes(content.compile(source, name))
        bundle = Bundle.parse(content.testcase(part))
        assert getattr(bundle, name, bundle) == getattr(whole, name, whole)
        assert bundle.templates == whole.templates  # those of today, where none are given


@pytest.mark.parametrize("data", [b"", b"G", bytes(64), b"GSBD\x01\x00", b"\xffELF"])
def test_what_is_no_format_takes_the_place_of_the_channel_file(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    parts = Parts.split(content.testcase(file))
    assert parts is not None
    assert parts.channel == data
    assert content.check_definition(file)


def test_a_damaged_bundle_is_run_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content.testcase(SEEDS[0])[:-50])
    assert content.testcase(file) == file.read_bytes()


def test_join_takes_the_events_of_another() -> None:
    first, second = content.testcase(SEEDS[0]), content.testcase(SEEDS[1])
    joined = Bundle.parse(content.join(first, second))
    assert joined.channel == Bundle.parse(first).channel
    assert joined.events == Bundle.parse(second).events
    parts = Parts.split(content.join(first, b""))
    assert parts is not None
    assert parts.events == b""
    assert content.join(b"damaged", second) == b"damaged"


def test_parts_are_framed_as_the_format_says() -> None:
    data = content.testcase(SEEDS[0])
    decoded = Bundle.decode(data)
    parts = Parts.split(data)
    assert parts is not None
    for name, part in parts._asdict().items():
        span = decoded.spans[name]
        assert (span.start, span.end - span.start) == (parts.offset(name), len(part))
        assert data[span.start : span.end] == part
    assert parts.join() == data


def test_formats_are_recognized_by_their_magic() -> None:
    for part in ("templates", "channel", "events", "bundle"):
        assert content.recognizes(content.compile(SEEDS[0], part)[:4])
    for other in (b"", b"GSC", bytes(8), b"[[type]]"):
        assert not content.recognizes(other)


def test_statuses_are_those_of_the_header() -> None:
    header = (ROOT / "native" / "channel" / "ci.h").read_text()
    body = header.split("enum ci_status {")[1].split("};")[0]
    declared = {name: int(value) for name, value in re.findall(r"CI_(\w+) = (\d+)", body)}
    assert declared == {status.name: int(status) for status in Status}


def test_an_outcome_in_words() -> None:
    def words(data: bytes) -> list[str]:
        return content.describe(Outcome(0, Stage.EVALUATED, data))

    matches = (66).to_bytes(4, "little") + b"".join(i.to_bytes(4, "little") for i in range(64))
    assert words(b"L\x00\x00E\x00\x01\x00\x00\x00\x07\x00\x00\x00E\x14" + bytes(4)) == [
        "load: ok",
        "event 0: ok, matched by 7",
        "event 1: out of fuel, no match",
    ]
    assert words(b"L\x06\x02") == ["load: bad checksum in the channel file"]
    assert words(b"L\x02\x01") == ["load: truncated in the template file"]
    assert words(b"E\x00" + matches)[0].endswith("62, 63 and 2 more")
    assert words(b"") == []
    assert words(b"L\x63\x00E") == ["load: unknown status 99", "unknown report 45"]


def test_a_channel_may_be_written_for_no_type_of_today(tmp_path: Path) -> None:
    source = write_source(tmp_path, {1: "number = 1"}, ["number = 1"])
    assert content.check_definition(source) == []
    binary = tmp_path / "alone.gscf"
    binary.write_bytes(content.compile(source, "channel"))
    (problem,) = content.check_definition(binary)
    assert "type_id" in str(problem.where)


def test_no_events_are_an_empty_events_file(tmp_path: Path) -> None:
    source = write_source(tmp_path, {1: "number = 1"})
    assert Bundle.parse(content.testcase(source)).events == Events(events=[])
