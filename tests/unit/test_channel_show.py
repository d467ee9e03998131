# SPDX-License-Identifier: Apache-2.0
"""`show` gives text for any bytes, and the text means the same bytes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle, ChannelFile, Criterion, Instance, Severity
from support.channel import HOSTILE, SEEDS, write_source

content = ChannelContent()
PATTERNED = SEEDS[0].parent / "network-reverse-shell-ports.toml"


def without_patterns(path: Path, folder: Path) -> Path:
    """A source with its patterns replaced: their text is not in the binary."""
    lines = [
        line.split("=")[0] + '= { glob = "*x?", nocase = true }' if "pattern = '" in line else line
        for line in path.read_text(encoding="utf-8").split("\n")
    ]
    copy = folder / path.name
    templates = path.parent.parent / "templates"
    copy.write_text("\n".join(lines).replace("../templates", str(templates)), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    "path", [p for p in SEEDS if "pattern = '''" not in p.read_text()], ids=lambda path: path.stem
)
def test_text_to_binary_to_text_loses_nothing(path: Path, tmp_path: Path) -> None:
    data = content.compile(without_patterns(path, tmp_path), "bundle")
    again = tmp_path / "again.toml"
    again.write_text(content.show(data), encoding="utf-8")
    assert content.compile(again) == data


@given(
    text=st.binary(max_size=40) | st.text(max_size=20).map(str.encode),
    name=st.text(min_size=1, max_size=20).filter(lambda name: len(name.encode()) < 256),
)
def test_any_bytes_and_names_survive(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("round")
    source = write_source(
        folder,
        {1: f'text = {{ prefix = {{ hex = "{text.hex()}" }} }}'},
        [f'text = {{ hex = "{text.hex()}" }}\nnumber = 5'],
    )
    bundle = Bundle.parse(content.compile(source))
    bundle.channel.instances[0].name = name.encode()
    bundle.templates.types[0].inputs[0].name = name.encode()
    data = bundle.build()
    again = folder / "again.toml"
    again.write_text(content.show(data), encoding="utf-8")
    if name != "number":  # then the two inputs have one name, and text cannot tell them apart
        assert content.compile(again) == data


def test_the_types_of_today_are_not_shown_unasked(tmp_path: Path) -> None:
    source = SEEDS[0]
    brief = content.brief(content.compile(source, "bundle"))
    assert "[[instance]]" in brief
    assert "[[type]]" not in brief
    assert content.show(content.compile(source, "bundle")).startswith(brief.rpartition("#")[0])
    # Others are, and last.
    own = content.compile(write_source(tmp_path, {1: "number = 5"}, ["number = 5"]), "bundle")
    shown = content.brief(own)
    assert shown == content.show(own)
    assert shown.index("[[event]]") < shown.index("[[type]]")
    # A template file is what was asked for.
    assert "[[type]]" in content.brief(content.compile(source, "templates"))


def test_a_pattern_is_shown_as_its_program() -> None:
    text = content.show(content.compile(PATTERNED))
    assert "image_name = { program = 0 } # a pattern" in text
    assert "# program 0, bytes" in text
    assert "assert start" in text
    assert "class 0 [" in text
    assert "match" in text


def test_every_truncation_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    match = 'text = { pattern = "[ab]c|d" }\nnumber = { range = [1, 2] }'
    source = write_source(tmp_path, {1: match, 2: 'text = { glob = "x*" }'}, ["number = 5"])
    for part in ("templates", "channel", "events", "bundle"):
        data = content.compile(source, part)
        assert "Broken rules" not in content.show(data)
        for size in range(len(data)):
            text = content.show(data[:size])
            assert "Broken rules: " in text or "Stopped at byte 0, field magic" in text, size


def test_the_end_says_where_and_why() -> None:
    data = content.compile(PATTERNED, "channel")
    last = content.show(data[:700]).split("\n")
    assert "# Decoding stopped before the end: needs" in "\n".join(last)
    assert re.search(r"field instances\[0\]\.\S+, byte \d+\)$", last[-1])


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_hostile_files_are_shown(path: Path) -> None:
    data = path.read_bytes()
    text = content.show(data)
    by_itself = "-mismatch." not in path.name and "unknown-type" not in path.name
    assert not by_itself or "Broken rules" in text or "Stopped at byte 0" in text


@given(data=st.data())
def test_damaged_files_are_shown(data: st.DataObject) -> None:
    good = content.compile(PATTERNED)
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert content.show(bytes(damaged))


@given(
    data=st.binary(max_size=300), magic=st.sampled_from([b"", b"GSTF", b"GSCF", b"GSEV", b"GSBD"])
)
def test_any_bytes_are_shown(data: bytes, magic: bytes) -> None:
    assert content.show(magic + data).startswith("# ")


def test_a_file_of_zeros_is_called_one() -> None:
    assert "all bytes are zero" in content.show(bytes(4096))


def test_what_no_text_can_say_is_still_shown() -> None:
    """Names that are no UTF-8, inputs that no type has."""
    channel = ChannelFile(
        channel=1,
        classes=[],
        instances=[
            Instance(
                instance_id=1,
                type_id=77,
                input_count=64,
                severity=Severity.LOW,
                name=b"\xff\x00\n",
                criteria=[Criterion(input=63, kind=0, body=None)],  # type: ignore[arg-type]
            )
        ],
        programs=[],
    )
    text = content.show(channel.build())
    assert tomllib.loads(text)["instance"][0]["match"] == {"input 64": {"any": True}}
    assert "its author believed in 64 inputs" in text
