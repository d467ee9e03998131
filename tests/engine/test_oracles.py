# SPDX-License-Identifier: Apache-2.0
"""How oracles are asked, and what each says where it cannot compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from groundstop import oracles
from groundstop.campaign._judge import Judge, OracleFinding
from groundstop.errors import DeclarationError, TargetError
from groundstop.format import Record, constant, integer, part, size, u8
from groundstop.model import Death, Judgement, Outcome, Release, Stage, Variant, Verdict
from groundstop.oracles import (
    Accepted,
    AllocationFailure,
    BoundedWork,
    Broken,
    Determinism,
    Memory,
    Model,
    Prediction,
    Releases,
    RoundTrip,
    judge_all,
)
from groundstop.target import Context, Oracle

NEW, OLD = Release("2"), Release("1")
LOADED = Outcome(0, Stage.LOADED, b"\1")


@dataclass
class Runs:
    """A context that answers from a table, for what no real core needs to say."""

    answer: Outcome | Death = LOADED
    variant: Variant = field(default_factory=lambda: Variant(NEW))
    fleet: tuple[Release, ...] = (OLD, NEW)
    asked: list[tuple[Variant | None, str, int | None]] = field(default_factory=list)

    def tree(self, release: Release) -> Path:
        return Path(str(release))

    def run(
        self,
        testcase: bytes,
        *,
        variant: Variant | None = None,
        entry: str = "",
        fill: int | None = None,
    ) -> Outcome | Death:
        del testcase
        self.asked.append((variant, entry, fill))
        return self.answer


@dataclass
class Says:
    """An oracle that does what it was made for."""

    name: str
    do: Callable[[], object]

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        del variant, fleet
        return ()

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        del testcase, outcome, context
        return self.do()  # type: ignore[return-value]


def raises(error: BaseException) -> Callable[[], object]:
    def do() -> object:
        raise error

    return do


def passes() -> Judgement:
    return Judgement(Verdict.PASS)


def test_every_oracle_says_first_what_it_judges() -> None:
    public: list[Any] = [getattr(oracles, name) for name in oracles.__all__]
    judges: list[Any] = [each for each in public if hasattr(each, "judge")]
    assert len(judges) == 8
    for each in judges:
        assert each.__doc__.startswith("Judges whether "), each
    assert len({each.name for each in judges}) == 8
    assert len({each.__module__ for each in judges}) == 8


def test_what_the_core_itself_found_comes_first() -> None:
    outcome = Outcome(0, Stage.LOADED, finding="it leaks")
    judgements = judge_all([Says("fine", passes)], b"", outcome, Runs())
    assert judgements == [
        ("core", Judgement(Verdict.FINDING, "it leaks")),
        ("fine", Judgement(Verdict.PASS)),
    ]


def test_fuel_over_its_bound_is_found_without_any_oracle() -> None:
    outcome = Outcome(0, Stage.LOADED, fuel=12, fuel_bound=7, fuel_excess=5)
    ((name, judgement),) = judge_all([], b"123", outcome, Runs())
    assert (name, judgement.verdict) == ("core", Verdict.FINDING)
    assert judgement.message.endswith("5 fuel more than it may (in all 12 of 7, 3 bytes)")


class Holds:
    """A driver that holds an outcome."""

    def outcome(self) -> Outcome:
        return LOADED


def test_a_finding_ends_the_judging_of_an_input_in_a_campaign() -> None:
    costly: list[str] = []
    asked: list[Oracle] = [
        Says("fine", passes),
        Says("broken", raises(KeyError("x"))),
        Says("finds", lambda: Judgement(Verdict.FINDING, "wrong")),
        Says("costly", lambda: costly.append("asked")),
    ]
    judge = Judge(Holds(), lambda: (asked, Runs()))  # type: ignore[arg-type]
    with pytest.raises(OracleFinding, match="finds: wrong"):
        judge(b"")
    assert costly == []


@pytest.mark.parametrize(
    "do, words",
    [
        (raises(KeyError("x")), "KeyError: 'x'"),
        (raises(ValueError("two\nlines")), "ValueError: two lines"),
        (raises(SystemExit(0)), "SystemExit: 0"),
        (raises(RecursionError()), "RecursionError:"),
        (lambda: None, "TypeError: judge() returned None, not a Judgement"),
    ],
)
def test_an_oracle_that_raises_is_broken_and_the_others_are_asked(
    do: Callable[[], object], words: str
) -> None:
    asked: list[Oracle] = [Says("one", passes), Says("broken", do), Says("three", passes)]
    judgements = judge_all(asked, b"", LOADED, Runs())
    assert [name for name, _ in judgements] == ["one", "broken", "three"]
    broken = judgements[1][1]
    assert isinstance(broken, Broken)
    assert broken.verdict is Verdict.FINDING
    first, *rest = broken.message.splitlines()
    assert first == words
    assert rest[0] == "Traceback (most recent call last):"
    assert not any(isinstance(judgement, Broken) for _, judgement in judgements[::2])


def test_an_interruption_is_not_a_broken_oracle() -> None:
    with pytest.raises(KeyboardInterrupt):
        judge_all([Says("one", raises(KeyboardInterrupt()))], b"", LOADED, Runs())


@pytest.mark.parametrize(
    "stage, reasons, verdict",
    [
        (Stage.LOADED, [], Verdict.PASS),
        (Stage.REJECTED, ["bad"], Verdict.REJECT),
        (Stage.LOADED, ["bad"], Verdict.FINDING),
        (Stage.REJECTED, [], Verdict.FINDING),
        (Stage.NONE, [], Verdict.INCOMPARABLE),
        (Stage.LOADED, None, Verdict.INCOMPARABLE),
    ],
)
def test_validator_and_loader_agree(
    stage: Stage, reasons: list[str] | None, verdict: Verdict
) -> None:
    oracle = Accepted(lambda *_: reasons)
    assert oracle.judge(b"", Outcome(0, stage), Runs()).verdict is verdict


@pytest.mark.parametrize(
    "prediction, verdict, words",
    [
        (None, Verdict.INCOMPARABLE, "the model cannot tell"),
        (Prediction(b"\1", Stage.LOADED, 0), Verdict.PASS, ""),
        (Prediction(b"\2", Stage.LOADED, 0), Verdict.FINDING, "byte 0 on: '01', not '02'"),
        (Prediction(b"", Stage.LOADED, 0), Verdict.FINDING, "byte 0 on: '01', not ''"),
        (Prediction(b"\1", Stage.EVALUATED, 0), Verdict.FINDING, "stage LOADED, not EVALUATED"),
        (Prediction(b"\1", Stage.LOADED, -1), Verdict.FINDING, "returns 0, not -1"),
    ],
)
def test_a_model_agrees_abstains_or_differs(
    prediction: Prediction | None, verdict: Verdict, words: str
) -> None:
    found = Model(lambda *_: prediction).judge(b"", LOADED, Runs())
    assert found.verdict is verdict
    assert words in found.message


def test_a_model_that_agrees_on_a_refusal_rejects() -> None:
    oracle = Model(lambda *_: Prediction(b"", Stage.REJECTED, -1))
    assert oracle.judge(b"", Outcome(-1, Stage.REJECTED), Runs()).verdict is Verdict.REJECT


def test_a_model_is_compared_as_far_as_the_outcome_was_kept() -> None:
    kept = bytes(65536)
    oracle = Model(lambda *_: Prediction(kept + b"more", Stage.LOADED, 0))
    assert oracle.judge(b"", Outcome(0, Stage.LOADED, kept), Runs()).verdict is Verdict.PASS


def test_releases_that_are_not_alike_are_incomparable() -> None:
    other = Outcome(0, Stage.EVALUATED, b"other")
    for is_alike, verdict in ((False, Verdict.INCOMPARABLE), (True, Verdict.FINDING)):
        oracle = Releases(lambda *_, answer=is_alike: answer)
        assert oracle.judge(b"", LOADED, Runs(other)).verdict is verdict
    assert oracle.judge(b"", LOADED, Runs(fleet=(NEW,))).verdict is Verdict.INCOMPARABLE


@pytest.mark.parametrize(
    "oracle",
    [Memory(), Determinism(), Releases(lambda *_: True), AllocationFailure("x"), BoundedWork(1)],
    ids=lambda oracle: oracle.name,
)
def test_a_rerun_that_is_out_of_time_is_no_finding(oracle: Oracle) -> None:
    judgement = oracle.judge(b"", LOADED, Runs(Death("timeout", "")))
    assert judgement.verdict is Verdict.INCOMPARABLE
    assert judgement.message
    overflow = oracle.judge(b"", LOADED, Runs(Death("stack-overflow", "")))
    assert overflow.verdict is Verdict.FINDING


def test_a_stack_that_was_not_measured_is_not_judged() -> None:
    judgement = BoundedWork(1).judge(b"", LOADED, Runs(LOADED))
    assert judgement == Judgement(Verdict.INCOMPARABLE, "the stack cannot be measured here")


@pytest.mark.parametrize("stack", [0, 256 << 10])
def test_a_stack_that_cannot_be_measured_is_refused(stack: int) -> None:
    with pytest.raises(TargetError, match=f"a stack of {stack} bytes cannot be judged"):
        BoundedWork(stack)


def test_determinism_compares_what_every_run_reports() -> None:
    measured = Outcome(0, Stage.LOADED, b"\1", details=frozenset({(1, 0)}), stack=500)
    runs = Runs(measured)
    assert Determinism().judge(b"", LOADED, runs).verdict is Verdict.PASS
    assert runs.asked == [(None, "", 0x00), (None, "", 0xFF)]
    for other in (
        Outcome(0, Stage.LOADED, b"\1", elements=frozenset({(7, 1)})),
        Outcome(0, Stage.LOADED, b"\1", fuel=3),
        Outcome(0, Stage.LOADED, b"\1", elements_dropped=1),
    ):
        assert Determinism().judge(b"", LOADED, Runs(other)).verdict is Verdict.FINDING


class Inner(Record):
    value: int = integer(u8)


class Wrapped(Record, root=True):
    magic: bytes = constant(b"W")
    inner_size: int = size(u8, of="inner")
    inner: Inner = part(Inner, size="inner_size")


@pytest.mark.parametrize(
    "testcase, whole, inner",
    [
        (b"W\1x", Verdict.PASS, Verdict.PASS),
        (b"W\1x?", Verdict.FINDING, Verdict.PASS),  # behind the part
        (b"W\2x?", Verdict.FINDING, Verdict.FINDING),  # within it
        (b"W\1", Verdict.INCOMPARABLE, Verdict.INCOMPARABLE),
        (b"", Verdict.INCOMPARABLE, Verdict.INCOMPARABLE),
    ],
)
def test_a_round_trip_is_of_what_the_core_loads(
    testcase: bytes, whole: Verdict, inner: Verdict
) -> None:
    assert RoundTrip(Wrapped).judge(testcase, LOADED, Runs()).verdict is whole
    assert RoundTrip(Wrapped, loads=["inner"]).judge(testcase, LOADED, Runs()).verdict is inner


def test_a_round_trip_through_text_says_what_was_lost() -> None:
    oracle = RoundTrip(Wrapped, lambda testcase: [f"{len(testcase)} bytes lost"])
    found = oracle.judge(b"W\1x", LOADED, Runs())
    assert found == Judgement(Verdict.FINDING, "as text and back: 3 bytes lost")


def test_a_round_trip_of_a_record_that_is_not_declared_is_refused() -> None:
    with pytest.raises(DeclarationError, match="Wrapped has no field outer"):
        RoundTrip(Wrapped, loads=["outer"])
