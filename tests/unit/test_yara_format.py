# SPDX-License-Identifier: Apache-2.0
"""The declaration of compiled rules, and what of the yara target needs no libyara."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.errors import SourceError
from groundstop.format import Record, dictionary
from groundstop.format.table import encode
from groundstop.targets.yara.content import YaraContent, make_testcase, split_testcase
from groundstop.targets.yara.formats import Bundle, CompiledRules
from groundstop.targets.yara.rules import rule_names
from groundstop.targets.yara.source import read_source
from groundstop.targets.yara.status import describe_outcome, matches_of
from groundstop.targets.yara.structures import Rule, RuleBody, RuleEnd, Summary
from support.compiled_rules import compiled

ROOT = Path(__file__).resolve().parents[2]


def test_what_libyara_writes_keeps_every_declared_rule() -> None:
    rules = CompiledRules.parse(compiled())
    assert rules.build(fix=False) == compiled()
    first, last = rules.rules.entries
    assert isinstance(first.body, RuleBody)
    assert first.body.identifier.target.offset == 8
    assert isinstance(last.body, RuleEnd)
    assert rules.summary == Summary(rule_count=1, string_count=0, namespace_count=1)
    assert [each.target.offset for each in rules.relocations] == [0, 16]


@pytest.mark.parametrize(
    "at, value, field",
    [
        (4, b"\x14", "version"),
        (5, b"\x0b", "buffer_count"),
        (150, b"\x0c", "namespaces.entries[0].name.buffer"),
        (154, b"\xff", "namespaces.entries[0].name.target.offset"),
        (-16, b"\x0c", "relocations[0].buffer"),
        (-4, b"\xff", "relocations[1].target.offset"),
        (-28, b"\xff", "summary.rule_count"),
        (166, b"\x10", "rules.entries[0].flags"),
    ],
)
def test_damage_is_found_where_it_is(at: int, value: bytes, field: str) -> None:
    data = bytearray(compiled())
    at %= len(data)
    data[at : at + 1] = value
    problem = CompiledRules.decode(bytes(data)).problem
    assert problem is not None
    assert problem.field == field


def test_sizes_are_computed_when_an_entry_is_added() -> None:
    rules = CompiledRules.parse(compiled())
    rules.rules.entries.insert(0, rules.rules.entries[0])
    again = CompiledRules.parse(rules.build())
    assert again.rules_size == 3 * 56
    assert [type(rule.body) for rule in again.rules.entries] == [RuleBody, RuleBody, RuleEnd]


def test_mutator_and_dictionary_take_the_declaration() -> None:
    assert encode(Bundle)
    assert "YARA" in dictionary(Bundle)


def test_every_entry_has_the_size_of_the_structure_in_types_h() -> None:
    """The sizes of libyara's own structures on x86-64."""
    sizes = {"Namespaces": 16, "Rules": 56, "Metas": 32, "Strings": 56, "Externals": 24}
    sizes["Matches"] = 40
    for name, size in sizes.items():
        part = CompiledRules.__fields__[name.lower()]
        record: type[Record] = getattr(part, "record")  # noqa: B009 (of a part alone)
        assert record.decode(bytes(size)).value.entries[0] is not None  # type: ignore[attr-defined]
        assert len(record.decode(bytes(3 * size)).value.entries) == 3  # type: ignore[attr-defined]
    assert len(Rule.decode(compiled()[166:222]).data) == 56


def test_a_testcase_is_rules_and_data() -> None:
    data = make_testcase(compiled(), b"what is scanned")
    case = Bundle.parse(data)
    assert case.rules == CompiledRules.parse(compiled())
    assert case.data == b"what is scanned"
    assert split_testcase(data) == (compiled(), b"what is scanned")
    assert rule_names(data) == {0: "only"}
    content = YaraContent()
    assert content.join(data, make_testcase(b"", b"other")) == make_testcase(compiled(), b"other")
    assert content.join(b"no testcase", data) == b"no testcase"


def test_content_shows_any_bytes(tmp_path: Path) -> None:
    content = YaraContent()
    assert content.recognizes(compiled())
    assert not content.recognizes(b"GSBD")
    assert "no rule broken" in content.show(compiled())
    assert "!!" in content.show(make_testcase(compiled()[:200], b""))
    path = tmp_path / "rules.bin"
    path.write_bytes(compiled())
    assert content.testcase(path) == make_testcase(compiled(), b"")
    assert content.check_definition(path) == []
    path.write_bytes(compiled()[:-1])
    assert [problem.rule for problem in content.check_definition(path)] == ["format"]


def test_comments_say_what_is_scanned_and_expected(tmp_path: Path) -> None:
    path = tmp_path / "two.yar"
    path.write_text(
        "global rule a { condition: true }\n\n  rule b\n{ condition: false }\n"
        '// scan: "MZ\\x90"\n// scan: "\\n"\n//expect: a\n// about scan: nothing\n'
    )
    source = read_source(path)
    assert source.data == b"MZ\x90\n"
    assert source.expect == ("a",)
    assert source.lines == {"a": 1, "b": 3}
    assert read_source(ROOT / "corpus/yara/seeds/texts.yar").data == b""


@pytest.mark.parametrize("said", ["MZ", '"MZ', '"é"', "", '"a" + 1', '{"a"}'])
def test_what_is_no_bytes_is_an_error_with_its_line(tmp_path: Path, said: str) -> None:
    path = tmp_path / "bad.yar"
    path.write_text(f"rule a {{ condition: true }}\n// scan: {said}\n")
    with pytest.raises(SourceError, match=r"bad\.yar:2: is no bytes"):
        read_source(path)


def test_outcomes_are_described_however_they_end() -> None:
    data = b"L\0\0\0\0" + b"M\x04only" + b"S\x1a\0\0\0"
    assert list(describe_outcome(data)) == ["load: ok (0)", "matched by only", "scan: timeout (26)"]
    assert matches_of(data) == ("only",)
    for end in range(len(data)):
        assert len(list(describe_outcome(data[:end]))) < 3
    assert list(describe_outcome(b"?" + data)) == []
