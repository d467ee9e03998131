# SPDX-License-Identifier: Apache-2.0
"""The same parser, strategy and mutator on a format that has nothing to do with ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.errors import DecodeError
from groundstop.format.strategies import from_format
from support import mutating, packet_filter
from support.mutating import HARMLESS, Mutator
from support.packet_filter import Code, Filter, Instruction

LAW = settings(max_examples=60, deadline=None)
FILTERS = from_format(Filter)


@pytest.fixture(scope="module")
def mutator() -> Iterator[Mutator]:
    with mutating.mutator(Filter) as made:
        yield made


def test_the_declaration_is_short() -> None:
    source = Path(packet_filter.__file__).read_text(encoding="utf-8")
    declaration = source[source.index("class Code") :]
    assert len([line for line in declaration.splitlines() if line.strip()]) < 40


def test_bytes_are_as_in_the_kernel_but_for_the_order() -> None:
    made = Filter(program=[Instruction(code=Code.RETURN, k=0xFFFF)], packet=b"\x45")
    assert made.build() == bytes.fromhex("0001 0006 00 00 0000ffff 45")


def test_a_program_that_runs_off_its_end_is_refused() -> None:
    made = Filter(program=[Instruction(code=Code.ADD, k=1)], packet=b"")
    with pytest.raises(DecodeError, match=r"last element .*program\[0\]\.code"):
        Filter.parse(made.build())


@LAW
@given(made=FILTERS)
def test_parsing_undoes_building(made: Filter) -> None:
    assert Filter.parse(made.build()) == made


@LAW
@given(made=FILTERS, other=FILTERS, seed=st.integers(0, 2**32 - 1))
def test_programs_stay_programs(mutator: Mutator, made: Filter, other: Filter, seed: int) -> None:
    data = mutator.mutate(made.build(), seed, operators=HARMLESS).data
    assert Filter.parse(data).build() == data
    data = mutator.cross(data, other.build(), seed, operators=HARMLESS).data
    assert Filter.parse(data).build() == data


def test_operators_that_have_something_to_do_fire(mutator: Mutator) -> None:
    data = Filter(
        program=[
            Instruction(code=Code.LOAD_BYTE, k=9),
            Instruction(code=Code.JUMP_EQUAL, if_true=0, if_false=1, k=6),
            Instruction(code=Code.RETURN, k=0xFFFF),
            Instruction(code=Code.RETURN, k=0),
        ],
        packet=bytes(20),
    ).build()
    fired = Counter(mutator.mutate(data, seed).operator for seed in range(400))
    expected = {"boundary", "insert", "remove", "duplicate", "swap", "move", "leaf", "tweak"}
    assert expected | {"enum", "break", "truncate"} <= fired.keys()
