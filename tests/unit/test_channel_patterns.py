# SPDX-License-Identifier: Apache-2.0
"""The programs of patterns: small, closed, and what people can read of them."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from groundstop.targets.channel.patterns import (
    Condition,
    Insn,
    Op,
    PatternError,
    compile_pattern,
    disassemble,
    regex,
)
from groundstop.targets.channel.patterns.listing import show_set
from support.patterns import Classes, search


def program(pattern: bytes) -> tuple[Insn, ...]:
    return compile_pattern(pattern, Classes().index)


def test_the_plainest_instruction_is_used() -> None:
    ops = [insn.op for insn in program(rb"a(?s:.)[ab][c][^\x00-\xff][\x00-\xff]\Z")]
    assert ops == [
        Op.BYTE,
        Op.ANY,
        Op.CLASS,
        Op.BYTE,
        Op.CLASS,  # the empty class: it consumes nothing and so never goes on
        Op.ANY,
        Op.ASSERT,
        Op.MATCH,
    ]


@pytest.mark.parametrize(
    "pattern, condition",
    [
        (rb"^", Condition.START),
        (rb"\A", Condition.START),
        (rb"(?m)\A", Condition.START),
        (rb"(?m)^", Condition.LINE_START),
        (rb"$", Condition.LAST_LINE_END),
        (rb"(?m)$", Condition.LINE_END),
        (rb"\Z", Condition.END),
        (rb"(?m)\Z", Condition.END),
        (rb"\b", Condition.WORD_BOUNDARY),
        (rb"\B", Condition.NO_WORD_BOUNDARY),
    ],
)
def test_conditions(pattern: bytes, condition: Condition) -> None:
    assert program(pattern) == (Insn(Op.ASSERT, arg=condition), Insn(Op.MATCH))


@pytest.mark.parametrize("value", [b"", b"a\n", b"\n", b"a\n\n", b"b\na", b"a\nb"])
def test_ends_of_lines(value: bytes) -> None:
    """The three ends differ on values that end with a newline, or have one inside."""
    classes = Classes()

    def found(pattern: bytes) -> bool:
        return search(compile_pattern(pattern, classes.index), classes.members, value)

    assert found(rb"a\Z") == value.endswith(b"a")
    assert found(rb"a$") == value.endswith((b"a", b"a\n"))
    assert found(rb"(?m)a$") == (b"a\n" in value or value.endswith(b"a"))


def test_an_empty_value_has_no_boundary() -> None:
    """As the format's description says, and `re` from Python 3.14 on."""
    assert search(program(rb"\B"), [], b"")
    assert not search(program(rb"\b"), [], b"")


def test_loops_that_consume_nothing_end() -> None:
    for pattern in (rb"(?:)*", rb"(?:a*)*b", rb"(?:|a)+b", rb"(?:\b)*b", rb"(?:(?:a?)?)*b"):
        assert search(program(pattern), [], b"aaab")
    assert not search(program(rb"(?:a*)*b"), [], b"aaa")


@pytest.mark.parametrize(
    "pattern",
    [rb"(?:){1000000}", rb"(?:){0,1000000}", rb"(?:(?:){1000}){1000}", rb"(?:a{0}){9999}"],
)
def test_repeats_of_nothing_are_nothing(pattern: bytes) -> None:
    assert program(pattern) == (Insn(Op.MATCH),)


def test_the_limit_on_instructions_is_exact() -> None:
    assert len(program(rb"a{1023}")) == 1024
    for pattern in (rb"a{1024}", rb"a{512,1024}", rb"((a{1000}){1000}){1000}", rb"(?:a|b.){400}"):
        with pytest.raises(PatternError, match="more than 1024 instructions"):
            program(pattern)


def test_a_target_is_always_inside() -> None:
    for pattern in (rb"a|b.|c", rb"(a.)*", rb"(a.)+", rb"(a.){2,4}", rb"(a.)*?|(b.)??"):
        insns = program(pattern)
        assert insns[-1].op is Op.MATCH
        for insn in insns:
            if insn.op in {Op.JUMP, Op.SPLIT}:
                assert insn.x < len(insns)
                assert insn.y < len(insns)


def test_a_listing_joins_bytes_but_not_over_a_target() -> None:
    classes = Classes()
    insns = compile_pattern(rb"abc(?:de)*[f-h]", classes.index)
    bitmaps = [members.to_bytes(32, "little") for members in classes.members]
    assert [line.strip() for line in disassemble(insns, bitmaps)] == [
        "0 bytes 'abc'",
        "3 split 4, 7",
        "4 bytes 'de'",
        "6 jump 3",
        "7 class 0 [f-h]",
        "8 match",
    ]


def test_a_listing_of_what_no_verifier_would_take() -> None:
    strange = [(0, 0, 0, 0), (1, 65, 3, 0), (3, 0, 9, 0), (4, 0, 65535, 0), (6, 99, 0, 1)]
    assert [line.strip() for line in disassemble(strange)] == [
        "0 operation 0?",
        "1 byte 'A'  (unused but set: x=3)",
        "2 class 9",
        "3 jump 65535",
        "4 assert condition 99?  (unused but set: y=1)",
    ]


def test_sets_are_shown_as_ranges() -> None:
    def shown(members: bytes) -> str:
        bitmap = sum(1 << member for member in members)
        return show_set(bitmap.to_bytes(32, "little"))

    assert shown(b"0123456789a_") == "[0-9 _ a]"
    assert shown(b"") == "[]"
    assert shown(bytes(set(range(256)) - {10})) == r"[^ \n]"
    assert show_set(b"\x01") == r"[\x00]"


@pytest.mark.parametrize("name", sorted(regex._POSIX))  # noqa: SLF001 - all that are known
def test_the_advice_for_a_posix_class_means_the_same(name: str) -> None:
    """C's own classes say what each means; `word` and `ascii` are Perl's."""
    with pytest.raises(PatternError) as raised:
        compile_pattern(f"[[:{name}:]]".encode(), lambda _members: 0)
    (advice,) = re.findall(r"and (\[.*\]) where it stands alone", str(raised.value))
    every = [bytes([value]) for value in range(1, 128) if value not in b"\n"]
    run = subprocess.run(
        ["grep", "-aP", f"[[:{name}:]]"],
        input=b"\n".join(every),
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        check=True,
    )
    meant = [byte for byte in every if re.search(advice.encode(), byte)]
    assert run.stdout.split(b"\n")[:-1] == meant
