# SPDX-License-Identifier: Apache-2.0
"""The model of the channel target, by hand-made examples: what native/channel/README.md says."""

from __future__ import annotations

import struct

import pytest

from groundstop.model import Release, Stage
from groundstop.targets.channel import judging
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import (
    Bundle,
    Criterion,
    CriterionFlags,
    CriterionKind,
    Event,
    Events,
    Instance,
    Range,
    Severity,
    Text,
)
from groundstop.targets.channel.formats.session import Session, SessionOp, Step
from groundstop.targets.channel.model import run_bundle, run_session
from groundstop.targets.channel.releases import SuppliedRelease, load_release
from groundstop.targets.channel.source import read_source
from groundstop.targets.channel.status import Status, describe_outcome
from support.channel import RELEASES, ROOT, SEEDS
from support.contents import MOST, refitted, value_of
from support.patterns import pattern_bundle
from support.sessions import evaluation, load

TREE = ROOT / "native" / "channel"
NEWEST = RELEASES[-1]
TYPE = next(t for t in ChannelContent().default_types.types if t.name == b"script_execution")
INPUTS = [entry.name for entry in TYPE.inputs]
TEXT, NUMBER = INPUTS.index(b"script_text"), INPUTS.index(b"script_size")


def sensor(release: str = NEWEST) -> SuppliedRelease:
    return load_release(TREE / "releases" / f"{release}.toml")


def bundle_of(criterion: Criterion, *values: bytes | int | None) -> Bundle:
    """Return one instance with one criterion, and an event for each value of its input."""
    bundle = pattern_bundle([], [])
    bundle.channel.instances = [
        Instance(
            instance_id=7,
            type_id=TYPE.type_id,
            input_count=len(INPUTS),
            severity=Severity.LOW,
            name=b"probe",
            criteria=[criterion],
        )
    ]
    absent = [value_of(None)] * criterion.input
    bundle.events = Events(
        events=[Event(type_id=TYPE.type_id, values=[*absent, value_of(v)]) for v in values]
    )
    return bundle


def text(kind: CriterionKind, value: bytes, *, nocase: bool = False) -> Criterion:
    flags = CriterionFlags.NOCASE if nocase else CriterionFlags(0)
    return Criterion(input=TEXT, kind=kind, flags=flags, body=Text(bytes_=value))


EXACT, PREFIX, SUFFIX = CriterionKind.EXACT, CriterionKind.PREFIX, CriterionKind.SUFFIX
SUBSTRING, GLOB = CriterionKind.SUBSTRING, CriterionKind.GLOB


@pytest.mark.parametrize(
    "criterion, value, holds, cost, most",
    [
        (text(EXACT, b"abc"), b"abc", True, 3, 3),
        (text(EXACT, b"abc"), b"abd", False, 3, 3),
        (text(EXACT, b"abc"), b"ab", False, 0, 0),
        (text(EXACT, b"Abc", nocase=True), b"aBC", True, 3, 3),
        (text(EXACT, b"[", nocase=True), b"{", False, 1, 1),
        (text(PREFIX, b"ab"), b"abc", True, 2, 2),
        (text(PREFIX, b"ab"), b"a", False, 0, 0),
        (text(SUFFIX, b"bc"), b"abc", True, 2, 2),
        (text(SUBSTRING, b"ab"), b"aab", True, 4, 4),  # a, then the b that is none; a, b
        (text(SUBSTRING, b""), b"", True, 0, 0),
        (text(GLOB, b"a?c"), b"abc", True, 3, 7),
        (text(GLOB, b"*b"), b"ab", True, 3, 4),  # the star; no b, so one on; the b
        (text(GLOB, b"**"), b"", True, 2, 2),
        (text(GLOB, b"a"), b"b", False, 1, 2),
        (text(PREFIX, b"a"), None, False, 0, 0),
        (Criterion(input=TEXT, kind=CriterionKind.ANY, body=None), None, True, 0, 0),
        (
            Criterion(input=NUMBER, kind=CriterionKind.RANGE, body=Range(low=3, high=MOST)),
            MOST,
            True,
            0,
            0,
        ),
    ],
)
def test_a_criterion_holds_and_costs_what_the_specification_says(
    criterion: Criterion, value: bytes | int | None, *, holds: bool, cost: int, most: int
) -> None:
    report = run_bundle(bundle_of(criterion, value).build(), sensor())
    assert report.elements == {(0, int(holds))}
    assert list(describe_outcome(report.data))[1].startswith("event 0: ok, ")
    assert ("matched by 7" in list(describe_outcome(report.data))[1]) == holds
    assert report.fuel == 2 + cost  # the instance and the criterion
    assert report.fuel_bound == 2 + most


@pytest.mark.parametrize("release", RELEASES)
def test_the_model_matches_what_the_seeds_expect(release: str) -> None:
    supplied = sensor(release)
    for path in SEEDS:
        said = list(describe_outcome(run_bundle(ChannelContent().testcase(path), supplied).data))
        assert said[0] == "load: ok"
        for line, event in zip(said[1:], read_source(path).events or (), strict=True):
            if supplied.find_type(event.type.type_id) is None:
                assert line.endswith("unknown type, no match")
            else:
                ids = [int(n) for n in line.partition("matched by ")[2].split(", ") if n]
                assert ids == list(event.expect or ()), (path, line)


TWO = bundle_of(text(EXACT, b"a"), b"a")
TEMPLATES, CHANNEL = TWO.templates.build(), TWO.channel.build()
OFFSET, INSTANCE = 20, 24  # where its one instance begins, and where that is said


def patched(file: bytes, at: int, replacement: bytes) -> bytes:
    return refitted(file[:at] + replacement + file[at + len(replacement) :])


@pytest.mark.parametrize(
    "templates, channel, status, file",
    [
        (b"GST", CHANNEL, Status.TRUNCATED, 1),
        (b"GSTX", CHANNEL, Status.BAD_MAGIC, 1),
        (b"GSTF\2\0", CHANNEL, Status.BAD_VERSION, 1),
        (TEMPLATES + b"\0", CHANNEL, Status.BAD_SIZE, 1),
        (TEMPLATES[:-1] + b"\0", CHANNEL, Status.BAD_CHECKSUM, 1),
        (patched(TEMPLATES, 6, b"\x41"), CHANNEL, Status.BAD_COUNT, 1),
        (patched(TEMPLATES, 6, b"\2"), CHANNEL, Status.TRUNCATED, 1),
        (patched(TEMPLATES, 6, b"\0"), CHANNEL, Status.TRAILING, 1),
        (patched(TEMPLATES, 12, b"\0\0\0\0"), CHANNEL, Status.BAD_ORDER, 1),
        (patched(TEMPLATES, 16, b"\7"), CHANNEL, Status.COUNT_MISMATCH, 1),
        # Two rules broken by one field: none is no count, and not what is supplied.
        (patched(TEMPLATES, 16, b"\0"), CHANNEL, Status.BAD_COUNT, 1),
        (TEMPLATES, CHANNEL[:20], Status.BAD_SIZE, 2),
        (TEMPLATES, patched(CHANNEL, OFFSET, b"\x19"), Status.BAD_OFFSET, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE, b"\0"), Status.BAD_ORDER, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 4, b"\1"), Status.BAD_REFERENCE, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 8, b"\7"), Status.COUNT_MISMATCH, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 8, b"\0"), Status.BAD_COUNT, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 10, b"\x09"), Status.BAD_COUNT, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 12, b"\5"), Status.BAD_VALUE, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 22, b"\6"), Status.KIND_MISMATCH, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 23, b"\2"), Status.BAD_VALUE, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 24, b"\2"), Status.TRUNCATED, 2),
        (TEMPLATES, patched(CHANNEL, INSTANCE + 24, b"\0"), Status.TRAILING, 2),
    ],
)
def test_the_first_rule_broken_is_the_status(
    templates: bytes, channel: bytes, status: Status, file: int
) -> None:
    header = struct.pack("<4sIII", b"GSBD", len(templates), len(channel), 0)
    report = run_bundle(header + templates + channel, sensor())
    assert report.data == bytes([ord("L"), status, file])
    assert (report.stage, report.returned) == (Stage.REJECTED, -1)


def test_a_budget_that_ends_within_a_step_is_spent_whole() -> None:
    quadratic = text(SUBSTRING, b"a" * 4000 + b"b")
    report = run_bundle(bundle_of(quadratic, b"a" * 8000).build(), sensor())
    assert report.data[4] == Status.OUT_OF_FUEL
    assert (report.fuel, report.out_of_fuel, report.elements) == (1 << 20, True, set())
    assert report.fuel_bound == 2 + 4001 * 4000
    assert report.stage is Stage.EVALUATED


def test_the_model_predicts_nothing_that_would_take_it_long() -> None:
    slow = [b"a" * 8000] * 4
    testcase = bundle_of(text(SUBSTRING, b"a" * 4000 + b"b"), *slow).build()
    assert judging.predict(testcase, Release(NEWEST), TREE) is None
    quick = judging.predict(TWO.build(), Release(NEWEST), TREE)
    assert quick is not None
    assert list(describe_outcome(quick.data)) == ["load: ok", "event 0: ok, matched by 7"]
    assert (quick.stage, quick.returned) == (Stage.EVALUATED, 0)


def test_releases_are_alike_where_they_supply_the_same() -> None:
    def alike(name: str, older: str) -> bool:
        testcase = ChannelContent().testcase(next(p for p in SEEDS if p.stem == name))
        return judging.alike(testcase, Release(NEWEST), TREE, Release(older), TREE)

    assert alike("script-encoded-command", "7.10")
    assert not alike("ipc-psexec", "7.10")
    assert alike("ipc-psexec", "7.11")
    assert not alike("driver-unsigned", "7.11")


def session(*steps: Step) -> bytes:
    return Session(steps=list(steps)).build()


def test_a_session_goes_on_with_what_was_active() -> None:
    evaluate = evaluation(TWO.events.events[0])
    unload = Step(op=SessionOp.UNLOAD, body=None)
    steps = session(evaluate, load(TWO.build()), evaluate, load(b"GSBD" + bytes(12)), unload)
    report = run_session(steps, sensor(), b"")
    assert list(describe_outcome(report.data)) == [
        "event 0: no content, no match",
        "load: ok",
        "event 1: ok, matched by 7",
        "load: truncated in the template file",
        "unload",
    ]
    assert (report.stage, report.returned) == (Stage.EVALUATED, 0)


def test_where_memory_may_run_out_the_model_follows_the_core() -> None:
    evaluate = evaluation(TWO.events.events[0])
    steps = session(load(TWO.build(), fail_at=2), evaluate)
    out_of_memory = bytes([ord("L"), Status.NO_MEMORY, 0])
    for reported, said in (
        (out_of_memory, ["load: no memory", "event 0: no content, no match"]),
        (b"L\0\0", ["load: ok", "event 0: ok, matched by 7"]),
    ):
        assert list(describe_outcome(run_session(steps, sensor(), reported).data)) == said
    never = session(load(TWO.build()), evaluate)
    assert run_session(never, sensor(), out_of_memory).data[:3] == b"L\0\0"


@pytest.mark.parametrize("cut", range(20))
def test_a_session_that_is_cut_off_ends_there(cut: int) -> None:
    whole = session(Step(op=SessionOp.UNLOAD, body=None), evaluation(TWO.events.events[0]))
    report = run_session(whole[: 8 + cut], sensor(), b"")
    said = list(describe_outcome(report.data))
    assert said == ["unload", "event 0: no content, no match"][: (cut >= 5) + (cut >= 16)]
