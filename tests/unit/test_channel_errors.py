# SPDX-License-Identifier: Apache-2.0
"""Every mistake in a text source is named with its file, line and field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from groundstop.errors import InputError, SourceError
from groundstop.targets.channel.content import ChannelContent

CASES = Path(__file__).parent / "channel_errors"
TYPES = """\
[[type]]
id = 1
name = "pipe"
inputs = [
  { name = "pipe_name", kind = "bytes" },
  { name = "operation", kind = "integer" },
  { name = "image", kind = "bytes" },
]

[[type]]
id = 2
name = "net"
inputs = [{ name = "port", kind = "integer" }]
"""
# What would make a case unreadable; stands in the files with an @ before it.
ABBREVIATIONS = {
    "@instance": """\
templates = "types.toml"
channel = 1

[[instance]]
id = 1
name = "i"
type = "pipe"
severity = "low"

[instance.match]""",
    "@65events": '[[event]]\ntype = "pipe"\n\n' * 65,
    "@65inputs": ", ".join(f'{{ name = "i{i}", kind = "bytes" }}' for i in range(65)),
    "@65536": "x" * 65536,
    "@256": "ä" * 128,
    "@5000": "9" * 5000,
    "@deep": "[" * 5000,
    "@nested": "(" * 5000 + ")" * 5000,
}


@dataclass(frozen=True)
class Case:
    title: str
    source: str
    line: int
    field: str
    message: str


def cases() -> list[Case]:
    found = []
    for path in sorted(CASES.glob("*.cases")):
        for text in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = text.partition("\n")
            source, _, expected = rest.rpartition("--- ")
            for short, long in ABBREVIATIONS.items():
                source = source.replace(short, long)
            place, _, message = expected.strip().partition(": ")
            line, _, field = place.partition(" ")
            field = field.removesuffix(":")
            found.append(
                Case(f"{path.stem}: {title}", source, int(line), field.strip("."), message)
            )
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_a_mistake_is_named_with_its_place(case: Case, tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_text(TYPES)
    (tmp_path / "empty.toml").write_text("channel = 1\n")
    source = tmp_path / "source.toml"
    source.write_text(case.source, encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        ChannelContent().compile(source)
    error = raised.value
    assert (error.where.line, error.where.field) == (case.line, case.field), str(error)
    assert error.where.path == source
    message = case.message.replace("@", f"{tmp_path}/").replace("/. ", " ").replace("\\0", "\0")
    assert error.message.startswith(message)


def test_the_files_hold_cases() -> None:
    assert len(cases()) >= 80
    assert len({case.title for case in cases()}) == len(cases())


def test_a_mistake_in_the_templates_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_text(TYPES.replace('"integer"', '"number"'))
    source = tmp_path / "source.toml"
    source.write_text('channel = 1\ntemplates = "../' + tmp_path.name + '/types.toml"\n')
    with pytest.raises(SourceError) as raised:
        ChannelContent().compile(source)
    assert raised.value.where.path == tmp_path / "types.toml"
    assert raised.value.where.line == 6


def test_what_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    source = tmp_path / "source.toml"
    source.write_bytes(b'channel = 1\n# caf\xe9\nname = "x"\n')
    with pytest.raises(SourceError, match=r"not UTF-8 \(byte 0xe9\)") as raised:
        ChannelContent().compile(source)
    assert raised.value.where.line == 2


def test_an_unreadable_source_is_an_input_error_without_a_line(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name in ("nowhere.toml", "folder.toml"):
        with pytest.raises(InputError, match=f"^{tmp_path / name}: cannot be read: "):
            ChannelContent().compile(tmp_path / name)


def test_a_binary_is_no_text_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no text source"):
        ChannelContent().compile(tmp_path / "channel.gscf")
