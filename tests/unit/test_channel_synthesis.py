# SPDX-License-Identifier: Apache-2.0
"""Synthesis: values found by search, what is proven, and costs as the real core has them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from groundstop.model import Outcome, Release
from groundstop.replay import Worker
from groundstop.target import Element, Synthesis
from groundstop.targets.channel.build import value_of
from groundstop.targets.channel.bundle import Parts
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import (
    Bundle,
    ByteClass,
    ChannelFile,
    Criterion,
    CriterionFlags,
    CriterionKind,
    Event,
    Events,
    Input,
    InputKind,
    Instance,
    Pattern,
    Program,
    Range,
    Severity,
    TemplateFile,
    TemplateType,
    Text,
)
from groundstop.targets.channel.formats import Insn as InsnRecord
from groundstop.targets.channel.patterns import Insn, Op, PatternError, compile_pattern
from groundstop.targets.channel.releases import SuppliedInput, SuppliedRelease, SuppliedType
from groundstop.targets.channel.synthesis import synthesize
from groundstop.targets.channel.synthesis.events import merge
from groundstop.targets.channel.synthesis.fuel import FUEL
from groundstop.targets.channel.synthesis.goals import Goal
from groundstop.targets.channel.synthesis.judge import Judge, Value, machines_of
from groundstop.targets.channel.synthesis.machine import Machine
from groundstop.targets.channel.synthesis.search import find_match, find_miss
from support.channel import ROOT, open_core
from support.patterns import Classes, search
from support.strategies import PATTERNS, VALUES

content = ChannelContent()
NEWEST = Release("7.15")
NATIVE = ROOT / "native" / "channel"
DRIVER_LOAD = 7  # a type of 7.15: image_path (bytes) is its input 1, image_size its input 7
# The core and the folder are the same for all examples; each takes some tens of milliseconds.
FEWER = settings(max_examples=30, suppress_health_check=list(HealthCheck))
SHORT = [bytes(v) for n in range(3) for v in itertools.product(b"aB0_ \n-\xff", repeat=n)]


def machine(pattern: str) -> tuple[Machine, Classes]:
    classes = Classes()
    program = compile_pattern(pattern.encode(), classes.index)
    bitmaps = [members.to_bytes(32, "little") for members in classes.members]
    return Machine(program, bitmaps), classes


@st.composite
def programs(draw: st.DrawFn) -> tuple[tuple[Insn, ...], list[int]]:
    """A pattern's program, or one that no compiler would write."""
    classes = Classes()
    if draw(st.booleans()):
        try:
            return compile_pattern(draw(PATTERNS).encode(), classes.index), classes.members
        except PatternError:
            assume(condition=False)
    count = draw(st.integers(1, 8))
    to = st.integers(0, count - 1)
    ends = [
        st.builds(lambda x: Insn(Op.JUMP, x=x), to),
        st.builds(lambda x, y: Insn(Op.SPLIT, x=x, y=y), to, to),
        st.just(Insn(Op.MATCH)),
    ]
    steps = [
        st.builds(lambda b: Insn(Op.BYTE, arg=b), st.sampled_from(b"aB0_ \n-\xff")),
        st.just(Insn(Op.ANY)),
        st.just(Insn(Op.CLASS, x=0)),
        st.builds(lambda c: Insn(Op.ASSERT, arg=c), st.integers(1, 7)),
    ]
    body = draw(st.lists(st.one_of(*steps, *ends), min_size=count - 1, max_size=count - 1))
    return (*body, draw(st.one_of(*ends))), [draw(st.integers(0, (1 << 256) - 1))]


@given(made=programs(), values=st.lists(VALUES, max_size=5))
def test_a_match_is_shortest_and_none_is_a_proof(
    made: tuple[tuple[Insn, ...], list[int]], values: list[bytes]
) -> None:
    insns, members = made
    found = find_match(Machine(insns, [each.to_bytes(32, "little") for each in members]))
    event("a match" if found.value is not None else "never")
    assert found.proven
    if found.value is not None:
        assert search(insns, members, found.value)
    for value in (*SHORT, *values):
        if found.value is None or len(value) < len(found.value):
            assert not search(insns, members, value), value


@given(made=programs(), values=st.lists(VALUES, max_size=5))
def test_a_miss_is_shortest_and_none_is_a_proof(
    made: tuple[tuple[Insn, ...], list[int]], values: list[bytes]
) -> None:
    insns, members = made
    found = find_miss(Machine(insns, [each.to_bytes(32, "little") for each in members]))
    event("a miss" if found.value is not None else "always")
    assume(found.proven)
    if found.value is not None:
        assert not search(insns, members, found.value)
    for value in (*SHORT, *values):
        if found.value is None or len(value) < len(found.value):
            assert search(insns, members, value), value


@pytest.mark.parametrize(
    "pattern, shortest",
    [
        (r"", b""),
        (r"^(cobalt|sliver)\.exe$", b"cobalt.exe"),
        (r"a\Bb\b", b"ab"),
        (r"\bx", b"x"),
        (r"\B-", b"-"),
        (r"a$", b"a"),
        (r"(?m)^b$", b"b"),
        (r"\n\Z", b"\n"),
        (r"(?m)a$\n^b", b"a\nb"),
        (r"a$\n", b"a\n"),
        (r"(a|b)*c{3}", b"ccc"),
    ],
)
def test_known_matches(pattern: str, shortest: bytes) -> None:
    value = find_match(machine(pattern)[0]).value
    assert value is not None
    assert len(value) == len(shortest)
    assert re.search(pattern.encode(), value)


@pytest.mark.parametrize("pattern", [r"a\bb", r"x\A", r"$a", r"a$\nb", r"\b\B", r"(a|^)\Bb\Ac"])
def test_patterns_that_never_match_are_proven_so(pattern: str) -> None:
    found = find_match(machine(pattern)[0])
    assert (found.value, found.proven) == (None, True)


def test_a_search_without_end_gives_up_unproven() -> None:
    """The set of positions remembers where each `a` was: 2**18 states, and all must be seen."""
    found = find_miss(machine(r"(?s)^.{0,40}$|a.{18}b|.{41}")[0])
    assert (found.value, found.proven) == (None, False)


# What one criterion makes of one value, and what it costs, in the real core.


def bundle_of(
    instances: list[Instance],
    events: list[Event],
    classes: Sequence[ByteClass] = (),
    programs: Sequence[Program] = (),
) -> Bundle:
    return Bundle(
        templates=content.default_types,
        channel=ChannelFile(
            channel=1, classes=list(classes), instances=instances, programs=list(programs)
        ),
        events=Events(events=events),
    )


def tables(
    insns: Sequence[Insn], members: Sequence[int], first: int = 0
) -> tuple[list[ByteClass], Program]:
    """The file's classes and program for a program whose class 0 becomes class `first`."""
    records = [
        InsnRecord(op=i.op, arg=i.arg, x=i.x + first * (i.op is Op.CLASS), y=i.y) for i in insns
    ]
    classes = [ByteClass(bitmap=each.to_bytes(32, "little")) for each in members]
    return classes, Program(insns=records)


def instance(number: int, criteria: list[Criterion], type_id: int = DRIVER_LOAD) -> Instance:
    declared = next(t for t in content.default_types.types if t.type_id == type_id)
    return Instance(
        instance_id=number,
        type_id=type_id,
        input_count=len(declared.inputs),
        severity=Severity.LOW,
        name=b"i",
        criteria=criteria,
    )


def driver_event(values: dict[int, Value]) -> Event:
    return Event(type_id=DRIVER_LOAD, values=[value_of(values.get(i)) for i in range(9)])


@pytest.fixture(scope="module")
def core() -> Iterator[Worker]:
    with open_core(NEWEST.name) as worker:
        yield worker


BYTES = st.lists(st.sampled_from(b"aAbB*?x\n_"), max_size=6).map(bytes)
KINDS = st.sampled_from(range(CriterionKind.EXACT, CriterionKind.GLOB + 1)).map(CriterionKind)
TEXTS = st.builds(
    lambda kind, flags, text: Criterion(input=0, kind=kind, flags=flags, body=Text(bytes_=text)),
    KINDS,
    st.sampled_from([CriterionFlags(0), CriterionFlags.NOCASE]),
    BYTES,
)
NUMBERS = st.sampled_from([0, 1, 2, 7, 1 << 63, (1 << 64) - 2, (1 << 64) - 1])
RANGES = st.builds(
    lambda a, b: Criterion(
        input=6, kind=CriterionKind.RANGE, body=Range(low=min(a, b), high=max(a, b))
    ),
    NUMBERS,
    NUMBERS,
)


@settings(FEWER, max_examples=250)
@given(criterion=TEXTS | RANGES, made=programs(), data=st.data())
def test_judging_is_what_the_core_does_down_to_the_fuel(
    core: Worker,
    criterion: Criterion,
    made: tuple[tuple[Insn, ...], list[int]],
    data: st.DataObject,
) -> None:
    insns, members = made
    classes, program = tables(insns, members)
    if data.draw(st.booleans()):
        criterion = Criterion(input=0, kind=CriterionKind.PATTERN, body=Pattern(program=0))
    value: Value = data.draw(st.none() | NUMBERS if criterion.input else BYTES | VALUES | st.none())
    event_ = driver_event({criterion.input: value})
    bundle = bundle_of([instance(1, [criterion])], [event_], classes, [program])
    outcome = core.run(bundle.build())
    assert isinstance(outcome, Outcome)
    holds, cost = Judge(machines_of(bundle.channel)).judge(criterion, value)
    event(f"{criterion.kind.name} {holds}")
    assert outcome.elements == {(0, int(holds))}
    assert outcome.fuel == 2 + cost  # the instance and its criterion looked at


# Whole files.


def made_of(bundle: Bundle, folder: Path) -> tuple[Synthesis, list[Bundle]]:
    file = folder / "content.gsbd"
    file.write_bytes(bundle.build())
    made = content.synthesize(file, NEWEST, NATIVE)
    return made, [Bundle.parse(each) for each in made.testcases]


def reached(core: Worker, made: Synthesis) -> set[tuple[int, int]]:
    outcomes = core.run_many(list(made.testcases))
    found: set[tuple[int, int]] = set()
    for outcome in outcomes:
        assert isinstance(outcome, Outcome)
        found |= outcome.elements
    return found


@settings(FEWER)
@given(
    criteria=st.lists(
        st.tuples(st.none() | TEXTS, st.none() | RANGES, programs() | st.none()), max_size=8
    ),
)
def test_every_outcome_is_reached_or_proven_out_of_reach(
    core: Worker,
    tmp_path: Path,
    criteria: list[
        tuple[Criterion | None, Criterion | None, tuple[tuple[Insn, ...], list[int]] | None]
    ],
) -> None:
    instances: list[Instance] = []
    classes: list[ByteClass] = []
    programs_: list[Program] = []
    for number, (text, numbers, made) in enumerate(criteria, start=1):
        pattern = None
        if made is not None:
            more, program = tables(*made, first=len(classes))
            pattern = Criterion(
                input=1, kind=CriterionKind.PATTERN, body=Pattern(program=len(programs_))
            )
            classes += more
            programs_.append(program)
        instances.append(instance(number, [c for c in (text, pattern, numbers) if c]))
    synthesis, _ = made_of(bundle_of(instances, [], classes, programs_), tmp_path)
    elements = content.elements(tmp_path / "content.gsbd")
    every = {(each.number, outcome) for each in elements for outcome in each.outcomes}
    out_of_reach = {(each.element, each.outcome) for each in synthesis.unreachable}
    assert all(each.proven for each in synthesis.unreachable)
    assert reached(core, synthesis) == every - out_of_reach


def test_events_beyond_what_a_testcase_uses_go_into_the_next(core: Worker, tmp_path: Path) -> None:
    exact = [
        Criterion(input=0, kind=CriterionKind.EXACT, body=Text(bytes_=b"name %d" % n))
        for n in range(100)
    ]
    bundle = bundle_of([instance(n + 1, [each]) for n, each in enumerate(exact)], [])
    made, parts = made_of(bundle, tmp_path)
    # 100 matches and 10 near misses: `name 1a` is close to ten of them.
    assert [len(part.events.events) for part in parts[:2]] == [64, 46]
    assert reached(core, made) == {(n, outcome) for n in range(100) for outcome in (0, 1)}


def test_goals_that_ask_for_different_inputs_share_an_event() -> None:
    first = Goal(1, {0: b"a"}, ((0, 1),))
    second = Goal(1, {1: 5}, ((1, 1),))
    third = Goal(1, {0: None, 1: 5}, ((0, 0),))
    other = Goal(2, {1: 5}, ((2, 1),))
    drafts = merge([first, second, third, other])
    assert [each.values for each in drafts] == [{0: b"a", 1: 5}, {0: None, 1: 5}, {1: 5}]


def test_what_takes_more_fuel_than_an_event_has_is_proven_out_of_reach(
    core: Worker, tmp_path: Path
) -> None:
    criteria = [
        Criterion(input=i, kind=CriterionKind.EXACT, body=Text(bytes_=b"x" * 65535))
        for i in (0, 1, 2, 3, 4)
    ]
    # Before it, 20 instances with texts of a quarter of the fuel that all are compared.
    costly = [instance(n, criteria[:4]) for n in range(1, 6)]
    only = instance(6, criteria)
    made, _ = made_of(bundle_of([*costly, only], []), tmp_path)
    found = reached(core, made)
    starved = {(each.element, each.outcome): each for each in made.unreachable}
    every = {(n, outcome) for n in range(25) for outcome in (0, 1)}
    assert found == every - starved.keys()
    assert starved
    assert all("fuel" in each.reason for each in starved.values())
    assert not any(each.proven for each in starved.values())  # other values might do


def test_an_instance_that_costs_more_than_all_fuel_is_proven_out_of_reach() -> None:
    """No release of today has a type with so many inputs of bytes."""
    inputs = [Input(kind=InputKind.BYTES, name=b"input %d" % n) for n in range(20)]
    texts = [
        Criterion(input=n, kind=CriterionKind.EXACT, body=Text(bytes_=b"x" * 65535))
        for n in range(20)
    ]
    only = Instance(
        instance_id=1,
        type_id=99,
        input_count=20,
        severity=Severity.LOW,
        name=b"i",
        criteria=texts,
    )
    bundle = bundle_of([only], [])
    bundle.templates = TemplateFile(types=[TemplateType(type_id=99, name=b"wide", inputs=inputs)])
    supplied = SuppliedRelease(
        "wide", (SuppliedType(99, "wide", 20, (SuppliedInput("x", "bytes"),) * 20),)
    )
    elements = [Element(n, "", "") for n in range(20)]
    made = synthesize(bundle.build(), bundle, elements, supplied)
    assert [(each.element, each.outcome) for each in made.unreachable] == [
        (15, 1),  # 1 for the instance, 15 times 65536, and 65536 again: one too many
        *((n, outcome) for n in range(16, 20) for outcome in (0, 1)),
    ]
    assert all(each.proven and each.remedy for each in made.unreachable)


def test_the_fuel_is_that_of_the_header() -> None:
    header = (NATIVE / "ci.h").read_text()
    found = re.search(r"#define CI_FUEL_DEFAULT \(\(uint64_t\)1 << (\d+)\)", header)
    assert found
    assert 1 << int(found[1]) == FUEL


@settings(FEWER)
@given(data=st.data())
def test_events_as_text_compile_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = st.sampled_from([b"a", b"\xff", b"type 1", b"input 2", b"x" * 255, "ä\n".encode()])
    kinds = [InputKind.BYTES, InputKind.INTEGER, InputKind.BYTES]
    types = TemplateFile(
        types=[
            TemplateType(
                type_id=type_id,
                name=data.draw(names),
                inputs=[Input(kind=kind, name=data.draw(names)) for kind in kinds],
            )
            for type_id in (3, 7)
        ]
    )
    values = st.tuples(st.none() | st.binary(max_size=9), st.none() | NUMBERS, st.none() | BYTES)
    events = [
        Event(type_id=type_id, values=[value_of(value) for value in data.draw(values)])
        for type_id in data.draw(st.lists(st.sampled_from([3, 7]), min_size=1, max_size=4))
    ]
    testcase = Bundle(
        templates=types,
        channel=ChannelFile(channel=1, classes=[], instances=[], programs=[]),
        events=Events(events=events),
    ).build()
    parts = Parts.split(testcase)
    assert parts is not None
    text = tmp_path_factory.mktemp("events") / "events.toml"
    text.write_text(content.write_events(testcase, ["a note\nof two lines"]), encoding="utf-8")
    assert content.compile(text) == parts.events
