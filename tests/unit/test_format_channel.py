# SPDX-License-Identifier: Apache-2.0
"""The channel declarations and native/channel/README.md are the same document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstop.format import Record, specification
from groundstop.targets.channel import formats
from groundstop.targets.channel.formats import (
    Bundle,
    ChannelFile,
    Criterion,
    CriterionKind,
    Events,
    InputKind,
    Insn,
    Op,
    TemplateFile,
)

NATIVE = Path(__file__).parents[2] / "native" / "channel"
README = (NATIVE / "README.md").read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    parts = re.split(r"^#{2,3} (.+)$", README, flags=re.MULTILINE)
    return {title.lower(): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table whose heading begins so."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(heading):
            break
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|\n").split("|")])
    return found


def records() -> list[type[Record]]:
    made = [v for v in vars(formats).values() if isinstance(v, type) and issubclass(v, Record)]
    return [cls for cls in made if cls is not Record]


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_fields_types_and_rules_are_those_of_the_document(cls: type[Record]) -> None:
    document = rows(sections()[cls.__title__], "| field | type | rule |")
    declared = specification(cls)
    assert [[row.field, row.type, row.rule] for row in declared] == document
    for row in declared:
        if row.rule != "see the table of operations":  # compared below
            assert all(phrase in row.rule for phrase in row.phrases), row


def test_every_table_of_fields_has_a_declaration() -> None:
    described = {title for title, body in sections().items() if "| field | type |" in body}
    assert described == {cls.__title__ for cls in records()}


def test_the_bodies_of_criteria_are_those_of_the_document() -> None:
    body = Criterion.__fields__["body"]
    kind = Criterion.__fields__["kind"]
    for name, text, inputs, _ in rows(sections()["criterion"], "| kind | body |"):
        member = CriterionKind[name.upper()]
        case = vars(body)["cases"][member]
        assert ("(empty)" if case is None else case.__title__) == text
        need = vars(kind)["domain"].need(member)
        assert ("any" if need is None else InputKind(need).name.lower()) == inputs


def test_the_operands_of_operations_are_those_of_the_document() -> None:
    meaning = {
        "": "Between(low=0, high=0)",
        "byte value": "Anything()",
        "condition": "Between(low=1, high=7)",
        "class index": "Index(path='classes')",
        "target": "Index(path='insns')",
    }
    table = rows(sections()["insn"], "| op | name |")
    assert [name for _, name, *_ in table] == [op.name.lower() for op in Op]
    for number, name, *operands, _ in table:
        op = Op[name.upper()]
        assert op == int(number)
        for field, operand in zip(("arg", "x", "y"), operands, strict=True):
            domain = vars(Insn.__fields__[field])["domain"].case(op)
            assert repr(domain) == meaning[operand], (name, field)


def test_limits_are_those_of_the_header() -> None:
    header = (NATIVE / "ci.h").read_text(encoding="utf-8")
    for name in ("TYPES", "INPUTS", "INSTANCES", "PROGRAMS", "CLASSES", "INSNS"):
        limit = re.search(rf"#define CI_MAX_{name} +(\d+)u", header)
        assert limit is not None
        assert int(limit[1]) == getattr(formats, f"MAX_{name}")
    assert "#define CI_MAX_FILE (16u << 20)" in header
    assert formats.MAX_FILE == 16 << 20


def test_the_empty_files_are_as_small_as_they_look() -> None:
    assert len(TemplateFile(types=[]).build()) == 16
    assert len(Events(events=[]).build()) == 8
    channel = ChannelFile(channel=0, classes=[], instances=[], programs=[])
    assert len(channel.build()) == 24
    bundle = Bundle(templates=TemplateFile(types=[]), channel=channel, events=Events(events=[]))
    assert len(bundle.build()) == 16 + 16 + 24 + 8
