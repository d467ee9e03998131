# SPDX-License-Identifier: Apache-2.0
"""The target of cores/planted.c with all oracles; copied into a project beside its core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from groundstop.format import Record, constant, integer, octets, size, u8
from groundstop.model import Judgement, Outcome, Release, Stage, Variant, Verdict
from groundstop.oracles import (
    Accepted,
    AllocationFailure,
    BoundedWork,
    Determinism,
    Memory,
    Model,
    Prediction,
    Releases,
    RoundTrip,
)
from groundstop.target import Context, Core, Target

HEADER = 4
STACK = 8192


class Planted(Record, root=True):
    magic: bytes = constant(b"P")
    defect: int = integer(u8)
    limit: int = integer(u8)
    value_count: int = size(u8, of="values")
    values: bytes = octets("value_count")


def validate(testcase: bytes, release: Release, tree: Path) -> Sequence[str]:
    del release, tree
    if len(testcase) < HEADER or testcase[:1] != b"P":
        return ["it is no content"]
    behind = len(testcase) - HEADER - testcase[3]
    # That it says nothing of bytes behind the values is a defect that it shares with the core.
    if behind < 0 or (behind > 0 and testcase[1:2] != b"T"):
        return ["it has another number of values than it says"]
    return [] if testcase[2] else ["no value is below its limit"]


def predict(testcase: bytes, release: Release, tree: Path) -> Prediction | None:
    if testcase[1:2] == b"A":
        return None  # what is not valid is not specified
    if validate(testcase, release, tree):
        return Prediction(b"", Stage.REJECTED, -1)
    below = sum(value < testcase[2] for value in testcase[HEADER : HEADER + testcase[3]])
    return Prediction(bytes([below]), Stage.EVALUATED, 0)


def describe(outcome: Outcome) -> list[str]:
    return [outcome.stage.name, *(f"{below} values below" for below in outcome.data)]


def alike(testcase: bytes, one: Release, one_tree: Path, other: Release, tree: Path) -> bool:
    del testcase
    # Each is what was really built: the file that makes the difference lies there.
    assert f"RELEASE {one.name}" in (one_tree / "release.h").read_text()
    assert f"RELEASE {other.name}" in (tree / "release.h").read_text()
    return True


class Raises:
    """Not an oracle that finds, but one that fails: on content without any value."""

    name = "Raises"

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        del variant, fleet
        return ()

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        del context
        if outcome.stage >= Stage.LOADED:
            return Judgement(Verdict.PASS, str(testcase[HEADER]))
        return Judgement(Verdict.REJECT)


def generate(tree: Path, release: str) -> Mapping[str, str]:
    del tree
    return {"release.h": f"#define RELEASE {release}\n"}


core = Core(
    root=Path(__file__).parent,
    sources=("planted.c",),
    headers=(),
    entry="planted_entry",
    releases=("1", "2"),
    generate=generate,
)
target = Target(
    "planted",
    core,
    oracles=(
        Accepted(validate),
        RoundTrip(Planted),
        Model(predict, describe),
        BoundedWork(STACK),
        Memory(),
        Releases(alike),
        Determinism(),
        AllocationFailure("planted_allocation"),
    ),
)
breaking = Target("breaking", replace(core, cflags=("-DSOUND=1",)), oracles=(Raises(),))
