# SPDX-License-Identifier: Apache-2.0
"""Every mistake in a text source is named with its file, line and field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from groundstop.errors import InputError, SourceError
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.source.scan import MAX_FLAWS
from groundstop.targets.channel.source.syntax import parse

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
    "@BOM": "\ufeff",
    "@CR@LF": "\r",
    "@CR": "\r",
    "@NUL": "\0",
    "@ESC": "\x1b",
    "@NBSP": "\xa0",
    "@dotted": ".".join(["a"] * 50_000),
    "@tables": "{ a = " * 50,
    "@1000": "a" * 1000,
    "@5000instances": "[[instance]]\n" * 5000,
    "@empties": "{}," * 400_000,
    "@256": "ä" * 128,
    "@5000digits": "9" * 5000,
    "@deep": "[" * 5000,
    "@nested": "(" * 5000 + ")" * 5000,
}


@dataclass(frozen=True)
class Mistake:
    line: int
    column: int | None  # None: not asserted
    field: str
    message: str

    @classmethod
    def parse(cls, text: str) -> Mistake:
        place, _, message = text.partition(": ")
        numbers, _, field = place.partition(" ")
        line, _, column = numbers.partition(":")
        return cls(int(line), int(column) if column else None, field.strip("."), message)


@dataclass(frozen=True)
class Case:
    title: str
    source: str
    mistakes: tuple[Mistake, ...]


def cases() -> list[Case]:
    found = []
    for path in sorted(CASES.glob("*.cases")):
        for text in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = text.partition("\n")
            source, *expected = f"\n{rest}".split("\n--- ")
            for short, long in ABBREVIATIONS.items():
                source = source.replace(short, long)
            mistakes = tuple(Mistake.parse(each.strip()) for each in expected)
            found.append(Case(f"{path.stem}: {title}", f"{source[1:]}\n", mistakes))
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_every_mistake_is_named_with_its_place(case: Case, tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_text(TYPES)
    (tmp_path / "empty.toml").write_text("channel = 1\n")
    source = tmp_path / "source.toml"
    source.write_text(case.source, encoding="utf-8", newline="")
    with pytest.raises(SourceError) as raised:
        ChannelContent().compile(source)
    errors = raised.value.errors
    assert [(e.where.line, e.where.field) for e in errors] == [
        (m.line, m.field) for m in case.mistakes
    ], str(raised.value)
    for error, mistake in zip(errors, case.mistakes, strict=True):
        assert error.where.path == source
        message = mistake.message.replace("@", f"{tmp_path}/").replace("/. ", " ")
        assert error.message.startswith(message.replace("\\0", "\0"))
        if mistake.column is not None:
            assert error.where.column == mistake.column
        if error.where.column:
            _, marker = error.excerpt.splitlines()
            assert marker.rstrip().endswith("^")
        assert str(error) in str(raised.value)


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


@pytest.mark.parametrize(
    "line", ["a = {\n", "a = [\n", "a = 'x\n", "}\n", "channel = 1\n", "[a]\n"]
)
def test_a_text_of_nothing_but_mistakes_is_told_by_the_first_of_them(line: str) -> None:
    """Each is looked at once, or the square of their number would be steps without end."""
    assert len(parse(line * 50_000).flaws) == MAX_FLAWS
