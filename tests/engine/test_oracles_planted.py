# SPDX-License-Identifier: Apache-2.0
"""Each oracle finds the defects that were planted for it, and no other oracle does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundstop.config import Project
from groundstop.findings import FindingStore, triage
from groundstop.model import Judgement, Sanitizer, Variant, Verdict
from groundstop.oracles import CORE, Fatal, judge_all
from groundstop.replay import Reruns
from groundstop.target import Target, load_target
from support.planting import PLANTED, content, make_planted
from support.replaying import survived


class Rig:
    """The core of planted defects with its oracles, in workers."""

    def __init__(self, project: Project, target: Target, reruns: Reruns) -> None:
        self.project = project
        self.target = target
        self._reruns = reruns

    def judge(self, testcase: bytes) -> dict[str, Judgement]:
        # The memory of the build under AddressSanitizer is the cheapest oracle of all.
        outcome = survived(self._reruns.run(testcase))
        return dict(judge_all(self.target.oracles, testcase, outcome, self._reruns))

    def only(self, oracle: str, defect: str) -> Judgement:
        """Return what `oracle` says of its planted defect; all others pass or abstain."""
        judgements = self.judge(PLANTED[oracle][defect])
        found = judgements.pop(oracle)
        assert found.verdict is Verdict.FINDING
        assert Verdict.FINDING not in {j.verdict for j in judgements.values()}, judgements
        return found


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    project = make_planted(tmp_path_factory.mktemp("planted"))
    target = load_target(project, "planted")
    with Reruns(target, project, Variant(target.core.fleet[-1])) as reruns:
        yield Rig(project, target, reruns)


def defects(oracle: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("defect", PLANTED[oracle])


def test_every_oracle_passes_content_without_a_defect(rig: Rig) -> None:
    judgements = rig.judge(content("-"))
    assert judgements.keys() == PLANTED.keys() - {CORE}
    assert {j.verdict for j in judgements.values()} == {Verdict.PASS}, judgements


def test_no_oracle_finds_anything_in_what_both_sides_refuse(rig: Rig) -> None:
    judgements = rig.judge(content("-", limit=0))
    assert Verdict.FINDING not in {j.verdict for j in judgements.values()}, judgements
    for name in ("accepted", "model", "round trip"):
        assert judgements[name].verdict is Verdict.REJECT


@defects("memory")
def test_planted_memory(rig: Rig, defect: str) -> None:
    found = rig.only("memory", defect)
    assert isinstance(found, Fatal)
    assert found.variant.sanitizer in {Sanitizer.UNDEFINED, Sanitizer.PLAIN}


@defects("accepted")
def test_planted_accepted(rig: Rig, defect: str) -> None:
    assert "loads what is not valid: no value is below" in rig.only("accepted", defect).message


@defects("model")
def test_planted_model(rig: Rig, defect: str) -> None:
    message = rig.only("model", defect).message
    assert message == "the core: 3 values below; the model: 1 values below"


@defects("releases")
def test_planted_releases(rig: Rig, defect: str) -> None:
    found = rig.only("releases", defect)
    assert isinstance(found, Fatal) == (defect == "a death")
    assert "1" in found.message.partition("\n")[0]


@defects("determinism")
def test_planted_determinism(rig: Rig, defect: str) -> None:
    assert "run again with memory full of 0xff" in rig.only("determinism", defect).message


@defects("allocation failure")
def test_planted_allocation_failure(rig: Rig, defect: str) -> None:
    words = {"leak": "keeps memory", "old content lost": "took the old content"}[defect]
    assert words in rig.only("allocation failure", defect).message


@defects("round trip")
def test_planted_round_trip(rig: Rig, defect: str) -> None:
    assert "differs from byte 8 on (10 bytes became 8)" in rig.only("round trip", defect).message


@defects("bounded work")
def test_planted_bounded_work(rig: Rig, defect: str) -> None:
    assert "bytes of stack of 8192" in rig.only("bounded work", defect).message


def test_a_frame_of_zeros_is_stack_as_well(rig: Rig) -> None:
    found = rig.judge(content("Z"))["bounded work"]
    assert found.verdict is Verdict.FINDING, found
    assert found.message.startswith("uses 16")


@defects(CORE)
def test_planted_fuel_needs_no_oracle(rig: Rig, defect: str) -> None:
    assert "1424 fuel more than it may (in all 1600 of 176" in rig.only(CORE, defect).message


@pytest.mark.parametrize(
    "oracle, defect", [(oracle, defect) for oracle in PLANTED for defect in PLANTED[oracle]]
)
def test_what_an_oracle_finds_is_a_finding_with_its_name(
    rig: Rig, oracle: str, defect: str
) -> None:
    data = PLANTED[oracle][defect]
    found = triage(data, rig.target, Variant(rig.target.core.fleet[-1]), rig.project)
    assert found is not None
    assert found.kind == f"oracle {oracle}"
    stored = FindingStore(rig.project, "planted").load(found.id)
    assert stored is not None
    assert len(stored.input.read_bytes()) <= len(data)
    assert stored.report.read_text().startswith(found.headline)


def test_a_death_that_an_oracle_brought_about_has_its_place(rig: Rig) -> None:
    undefined, behind = (
        triage(data, rig.target, Variant(rig.target.core.fleet[-1]), rig.project)
        for data in PLANTED["memory"].values()
    )
    assert undefined is not None
    assert behind is not None
    assert undefined.frames[0].function == "overflow"
    assert "signed integer overflow" in undefined.headline
    assert behind.frames[0].function == "read_behind"
    assert undefined.id != behind.id
