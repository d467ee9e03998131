# SPDX-License-Identifier: Apache-2.0
"""Laws of the native mutator, on the channel format, under ASan and UBSan."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstop.campaign._stats import OPERATORS
from groundstop.format import Node
from groundstop.format._spec import IntegerField, OctetsField, OffsetsField, Role
from groundstop.format.strategies import from_format
from groundstop.format.table import encode
from groundstop.targets.channel.formats import Bundle, CriterionKind
from support import mutating
from support.bundles import rich_bundle
from support.mutating import ALL, HARMLESS, Mutator, MutatorError

pytestmark = pytest.mark.filterwarnings("error")

LAW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SEEDS = st.integers(0, 2**32 - 1)
BUNDLES = from_format(Bundle, max_elements=3, max_octets=12)
DAMAGED = st.builds(
    lambda bundle, cut, flips: _damage(bundle.build(), cut, flips),
    BUNDLES,
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=4),
)


def _damage(data: bytes, cut: int, flips: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data[: max(len(data) - cut, 1)])
    for position, value in flips:
        changed[position % len(changed)] = value
    return bytes(changed)


@pytest.fixture(scope="module")
def mutator() -> Iterator[Mutator]:
    with mutating.mutator(Bundle) as made:
        yield made


def problem_of(data: bytes) -> str:
    """What the loader would have to refuse; events are tolerated as they are."""
    problems = Bundle.decode(data).problems
    return next((str(p) for p in problems if not p.field.startswith("events")), "")


@LAW
@given(data=st.binary(max_size=300) | DAMAGED, seed=SEEDS, room=st.integers(0, 64))
def test_never_more_than_max_size(mutator: Mutator, data: bytes, seed: int, room: int) -> None:
    changed = mutator.mutate(data, seed, max_size=len(data) + room).data
    assert len(changed) <= len(data) + room
    assert changed or not len(data) + room


@LAW
@given(data=st.binary(max_size=64) | DAMAGED, other=DAMAGED, seed=SEEDS)
def test_the_same_seed_gives_the_same_bytes(
    mutator: Mutator, data: bytes, other: bytes, seed: int
) -> None:
    first = mutator.mutate(data, seed), mutator.cross(data, other, seed)
    mutator.mutate(other, seed + 1 & 0xFFFFFFFF)  # nothing is left of a call in between
    assert (mutator.mutate(data, seed), mutator.cross(data, other, seed)) == first


@LAW
@given(bundle=BUNDLES)
def test_repairing_what_is_whole_changes_nothing(mutator: Mutator, bundle: Bundle) -> None:
    assert mutator.repair(bundle.build()) == bundle.build()


@LAW
@given(bundle=BUNDLES, other=BUNDLES, seed=SEEDS)
def test_nothing_is_broken_unless_on_purpose(
    mutator: Mutator, bundle: Bundle, other: Bundle, seed: int
) -> None:
    data = bundle.build()
    for step in range(4):  # as libFuzzer stacks them
        data = mutator.mutate(data, (seed + step) & 0xFFFFFFFF, operators=HARMLESS).data
        assert problem_of(data) == ""
    crossed = mutator.cross(data, other.build(), seed, operators=HARMLESS).data
    assert problem_of(crossed) == ""


@LAW
@given(data=DAMAGED)
def test_repaired_damage_is_accepted(mutator: Mutator, data: bytes) -> None:
    repaired = mutator.repair(data)
    parts = {"templates", "channel", "events"}
    opaque = parts & {p.field.partition(".")[0] for p in Bundle.decode(repaired).problems}
    torn = {p.field.partition(".")[0] for p in Bundle.decode(data).problems}
    # what is left broken is a part that does not decode at all, and what refers into it
    assert not opaque or opaque <= torn | {"channel", "events"}


@LAW
@given(data=st.binary(max_size=2000), other=st.binary(max_size=200), seed=SEEDS)
def test_any_bytes_at_all_are_mutated(
    mutator: Mutator, data: bytes, other: bytes, seed: int
) -> None:
    assert mutator.mutate(b"GSBD" + data, seed).data
    assert mutator.cross(data + b"x", b"GSBD" + other, seed).data


@pytest.mark.parametrize("name", [n for n in OPERATORS if n != "splice"])
def test_every_operator_fires(mutator: Mutator, name: str) -> None:
    data = rich_bundle().build()
    only = mutating.mask(name)
    results = [mutator.mutate(data, seed, operators=only) for seed in range(40)]
    assert sum(r.operator == name for r in results) > 10
    assert sum(r.data != data for r in results) > 30


def test_splice_fires_in_a_crossover(mutator: Mutator) -> None:
    data, other = rich_bundle().build(), rich_bundle(name=b"another").build()
    results = [mutator.cross(data, other, seed) for seed in range(60)]
    assert sum(r.operator == "splice" for r in results) > 20
    assert any(b"another" in r.data for r in results)


def test_most_inputs_are_still_accepted(mutator: Mutator) -> None:
    accepted = total = 0
    for chain in range(60):
        data = rich_bundle().build()
        for step in range(5):
            data = mutator.mutate(data, chain * 5 + step).data
            accepted += not problem_of(data)
            total += 1
    assert accepted / total > 0.8


def test_what_is_to_be_left_alone_mostly_is(mutator: Mutator) -> None:
    """The template file's weight is 0.01; by its size it would have a third of the picks."""
    data = rich_bundle().build()
    start, end = Bundle.decode(data).spans["templates"]
    assert end - start > len(data) / 4
    operators = mutating.mask("boundary", "tweak", "leaf", "enum", "copy", "insert", "duplicate")
    results = [mutator.mutate(data, seed, operators=operators).data for seed in range(300)]
    assert sum(data[start:end] not in changed for changed in results) < 45


def test_the_unused_input_is_reached_within_few_mutations(mutator: Mutator) -> None:
    """The class of 291: all wildcards on the last input, then the first criterion on it."""
    data = rich_bundle().build()
    for seed in itertools.count():
        changed = mutator.mutate(data, seed).data
        if problem_of(changed):
            continue
        instances = Bundle.decode(changed).value.channel.instances
        if any(
            c.input == 20 and c.kind is not CriterionKind.ANY for i in instances for c in i.criteria
        ):
            break
        assert seed < 200


def test_disagreement_is_about_references(mutator: Mutator) -> None:
    data, only = rich_bundle().build(), mutating.mask("disagree")
    broken = [problem_of(mutator.mutate(data, seed, operators=only).data) for seed in range(200)]
    for expected in ("type_id.input_count is", "no templates.types.type_id", "needs input.kind"):
        assert any(expected in problem for problem in broken), expected
    assert any("must be below" in problem for problem in broken)


def changed_fields(data: bytes, changed: bytes) -> list[Node]:
    """The leaves that do not hold the same bytes; `data` is decoded, and both have one size."""
    assert len(changed) == len(data)
    leaves = (n for n in Bundle.decode(data).root.walk() if not n.children)
    return [n for n in leaves if data[n.start : n.end] != changed[n.start : n.end]]


def is_derived(node: Node) -> bool:
    match node.field:
        case IntegerField(role=role):
            return role.value > Role.FLAGS.value
        case OctetsField(constant=constant):
            return constant is not None
        case OffsetsField():
            return True
    # The elements of offsets are leaves, too.
    return node.parent is not None and isinstance(node.parent.field, OffsetsField)


def covers(checksum: Node, node: Node) -> bool:
    """Whether a checksum is of the bytes that a node has, and so follows it."""
    match checksum.field:
        case IntegerField(role=Role.CHECKSUM) if checksum.parent is not None:
            return checksum.parent.start <= node.start < checksum.start
    return False


def test_breaking_breaks_one_derived_field(mutator: Mutator) -> None:
    """It alone is wrong, the checksums are of what it became, and all kinds have their turn."""
    data, only = rich_bundle().build(), mutating.mask("break")
    seen = set()
    for seed in range(300):
        changed = mutator.mutate(data, seed, operators=only).data
        broken, *others = changed_fields(data, changed)
        assert is_derived(broken), broken.path
        assert all(covers(other, broken) for other in others), [n.path for n in others]
        # Whatever is computed was computed anew: to break nothing more changes nothing more.
        covering = [n for n in Bundle.decode(data).root.walk() if covers(n, broken)]
        assert len(others) == len(covering)
        seen.add(type(broken.field) if broken.field else OffsetsField)
    assert seen == {IntegerField, OctetsField, OffsetsField}


@pytest.fixture(scope="module")
def spare() -> Iterator[Mutator]:
    with mutating.mutator() as made:
        yield made


@LAW
@given(
    flips=st.lists(st.tuples(st.integers(0, 20000), st.integers(0, 255)), max_size=4), seed=SEEDS
)
def test_a_damaged_table_is_refused_or_does_no_harm(
    spare: Mutator, flips: list[tuple[int, int]], seed: int
) -> None:
    try:
        spare.open(_damage(encode(Bundle), 0, flips))
    except MutatorError:
        return
    for step in range(5):
        spare.mutate(rich_bundle().build(), seed + step & 0xFFFFFFFF)


@pytest.mark.parametrize("cut", [0, 1, 47, 48, 500, 5000])
def test_a_cut_table_is_refused(cut: int) -> None:
    with mutating.mutator() as own, pytest.raises(MutatorError):
        own.open(encode(Bundle)[:cut])


def test_all_operators_have_names() -> None:
    header = (mutating.ROOT / "native" / "mutator" / "mutator.h").read_text(encoding="utf-8")
    for number, name in enumerate(OPERATORS):
        assert f"GROUNDSTOP_OP_{name.upper()} = {number}," in header
    assert f"GROUNDSTOP_OP_COUNT {ALL.bit_length()}u" in header
