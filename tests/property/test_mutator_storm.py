# SPDX-License-Identifier: Apache-2.0
"""The mutator on hostile inputs, with tight room, under ASan and UBSan; the tree checked each time.

And what it costs, in steps: it is linear in the size of the input, whatever that holds.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest

from groundstop.format import Record
from groundstop.format.table import encode
from groundstop.targets.channel.formats import Bundle
from groundstop.targets.channel.formats.session import Session, SessionOp, Step
from groundstop.targets.yara.content import make_testcase
from groundstop.targets.yara.formats import Bundle as Rules
from support import mutating
from support.boxes import Boxes, many_boxes
from support.bundles import rich_bundle
from support.compiled_rules import compiled
from support.forms import Keys, Many, Tables, Tangle, deep, tangle, wide
from support.mutating import ALL, HARMLESS, MutatorError
from support.packet_filter import Code, Filter, Instruction
from support.sessions import load


def _filter() -> bytes:
    program = [Instruction(code=Code.ADD, k=n) for n in range(9)]
    return Filter(program=[*program, Instruction(code=Code.RETURN, k=1)], packet=b"\x45").build()


def _session() -> bytes:
    steps = [load(rich_bundle().build()), Step(op=SessionOp.UNLOAD, body=None)]
    return Session(steps=steps).build()


SEEDS: dict[str, tuple[type[Record], Callable[[], bytes]]] = {
    "channel": (Bundle, lambda: rich_bundle().build()),
    "yara": (Rules, lambda: make_testcase(compiled(), b"what is scanned")),
    "filter": (Filter, _filter),
    "session": (Session, _session),
    "boxes": (Boxes, lambda: many_boxes().build()),
    "tangle": (Tangle, tangle),
    "tables": (Tables, lambda: _references(40)[1]),
}


@pytest.mark.parametrize("operators", [ALL, HARMLESS], ids=["all", "harmless"])
@pytest.mark.parametrize("name", SEEDS)
def test_storm(name: str, operators: int) -> None:
    form, seed = SEEDS[name]
    data, other = seed(), seed()[::-1]
    with mutating.mutator(form, 2 * len(data) + 64) as mutator:
        for number in range(2):
            mutator.storm(data, seed() if number else other, number, 400, operators=operators)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_long_storm(name: str) -> None:
    form, seed = SEEDS[name]
    data = seed()
    with mutating.mutator(form, 2 * len(data) + 64) as mutator:
        for number in range(20):
            mutator.storm(data, data, number, 1000)


def _changed(table: bytes, numbers: random.Random) -> bytes:
    """Return a table with some of its numbers changed to others that a table has."""
    words = list(struct.unpack(f"<{len(table) // 4}I", table))
    for _ in range(numbers.randrange(1, 4)):
        at = numbers.randrange(12, len(words))
        words[at] = numbers.choice([0, 1, 2, 3, 5, 6, 8, 0xFFFFFFFF, numbers.choice(words)])
    return struct.pack(f"<{len(words)}I", *words)


@pytest.mark.parametrize("name", ["channel", "tangle"])
def test_storm_with_hostile_tables(name: str) -> None:
    form, seed = SEEDS[name]
    table, data, numbers = encode(form), seed(), random.Random(name)  # noqa: S311  (no secret)
    taken = 0
    with mutating.mutator() as mutator:
        for _ in range(150):
            try:
                mutator.open(_changed(table, numbers), 2 * len(data))
            except MutatorError:
                continue
            mutator.storm(data, data, taken, 5)
            taken += 1
    assert taken > 30


def _zero_keys(count: int) -> tuple[type[Record], bytes]:
    return Keys, bytes(2 * count)


def _shuffled_keys(count: int) -> tuple[type[Record], bytes]:
    keys = [number % 4096 for number in range(count)]
    random.Random(1).shuffle(keys)  # noqa: S311  (no secret)
    return Keys, struct.pack(f"<{count}H", *keys)


def _full_keys(count: int) -> tuple[type[Record], bytes]:
    """No key is free for those that have one that is taken."""
    return Keys, struct.pack(f"<{4096 + count}H", *range(4096), *[7] * count)


def _references(count: int) -> tuple[type[Record], bytes]:
    numbers = random.Random(1)  # noqa: S311  (no secret)
    rows = [(n, numbers.randrange(count), numbers.randrange(count)) for n in range(count)]
    return Tables, b"".join(struct.pack("<3H", *row) for row in rows)


def _dangling(count: int) -> tuple[type[Record], bytes]:
    rows = [(n, count + n, count + n) for n in range(count)]
    return Tables, b"".join(struct.pack("<3H", *row) for row in rows)


def _too_few(count: int) -> tuple[type[Record], bytes]:
    return Many, struct.pack(f"<{1 + count}H", count, *range(count))


HARD = {
    "zero-keys": _zero_keys,
    "shuffled-keys": _shuffled_keys,
    "full-keys": _full_keys,
    "references": _references,
    "dangling": _dangling,
    "too-few": _too_few,
}
STEPS_A_BYTE = 64
ROOM = 1 << 16


@pytest.mark.parametrize("name", HARD)
def test_repair_takes_steps_in_proportion_to_the_size(name: str) -> None:
    form, data = HARD[name](2900)
    with mutating.mutator(form, ROOM) as mutator:
        repaired = mutator.repair(data, max_size=ROOM)
        assert mutator.work <= STEPS_A_BYTE * max(len(data), len(repaired))
        assert repaired
        assert mutator.repair(repaired, max_size=ROOM) == repaired


def test_all_keys_are_used_before_elements_are_taken_out() -> None:
    """4,300 zero keys of which 4,096 can be told apart."""
    with mutating.mutator(Keys, ROOM) as mutator:
        repaired = mutator.repair(bytes(8600), max_size=ROOM)
    assert [each.id for each in Keys.parse(repaired).keys] == list(range(4096))


@pytest.mark.parametrize("name", HARD)
def test_what_is_repaired_keeps_every_rule(name: str) -> None:
    form, data = HARD[name](200)
    with mutating.mutator(form, ROOM) as mutator:
        repaired = mutator.repair(data, max_size=ROOM)
    assert form.parse(repaired).build() == repaired


@pytest.mark.parametrize("name", HARD)
def test_each_mutation_takes_steps_in_proportion_to_the_size(name: str) -> None:
    form, data = HARD[name](2900)
    with mutating.mutator(form, ROOM) as mutator:
        for seed in range(30):
            changed = mutator.mutate(data, seed, max_size=ROOM).data
            assert mutator.work <= 4 * STEPS_A_BYTE * max(len(data), len(changed))


def test_references_stay_what_they_were() -> None:
    form, data = _references(2900)
    with mutating.mutator(form, ROOM) as mutator:
        assert mutator.repair(data, max_size=ROOM) == data


def test_a_format_may_have_any_number_of_records() -> None:
    form = wide(2000)
    data = bytes(1999)
    with mutating.mutator(form) as mutator:
        assert mutator.repair(data) == data
        assert mutator.mutate(data, 1).data != data


def test_a_format_that_nests_too_deep_is_refused_by_its_reason() -> None:
    with mutating.mutator() as mutator, pytest.raises(MutatorError, match="32 deep"):
        mutator.open(encode(deep(33)))
    with mutating.mutator(deep(32)) as mutator:
        assert mutator.repair(b"x") == b"x"
