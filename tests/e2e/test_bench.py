# SPDX-License-Identifier: Apache-2.0
"""The bench measures real contenders on a real core; who wins is not a test's business."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import groundstop
from support.toy import make_toy

pytestmark = pytest.mark.slow


def test_every_contender_is_measured_and_drawn(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    run = groundstop("bench", "toy", "--seconds", "2", "--trials", "2", "--json", cwd=project)
    assert run.status == 0, run.output
    document = json.loads(run.stdout)
    contenders = {c["name"]: c for c in document["contenders"]}
    assert {"groundstop", "groundstop, no oracles", "libFuzzer", "Atheris + cffi"} <= set(
        contenders
    )
    for contender in contenders.values():
        assert len(contender["inputs_per_second"]) == 2
        assert min(contender["inputs_per_second"]) > 0
        assert contender["ratio_of_ours"] > 0
    assert contenders["groundstop"]["ratio_of_ours"] == 1
    assert Path(document["picture"]).read_bytes().startswith(b"\x89PNG")


def test_a_contender_that_is_not_there_is_named(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    run = groundstop("bench", "toy", "--only", "honggfuzz", cwd=project)
    assert run.status == 2
    assert "no contender 'honggfuzz'" in run.output


def test_the_incident_is_found_by_ours_and_timed() -> None:
    run = groundstop(
        "bench", "--seconds", "10", "--trials", "1", "--only", "libFuzzer + mutator", "--json"
    )
    assert run.status == 0, run.output
    ours = next(c for c in json.loads(run.stdout)["contenders"] if c["name"] == "groundstop")
    assert ours["seconds_to_finding"] != [None]
