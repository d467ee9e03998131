# SPDX-License-Identifier: Apache-2.0
"""The gate on the channel target: real files, real cores, the command as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import ROOT, Run, groundstop

SEEDS = ROOT / "corpus" / "channel" / "seeds"
INCIDENT = ROOT / "harness" / "groundstop" / "targets" / "channel" / "incident"
THAT_DAY = ("--fleet", "7.10", "--fleet", "7.11@2024-07", "--fleet", "7.15")


def gate(*arguments: str | Path) -> Run:
    return groundstop("gate", *arguments)


def test_every_good_seed_ships() -> None:
    seeds = sorted(SEEDS.glob("*.toml"))
    run = gate(*seeds)
    assert run.status == 0, run.output
    assert f"{len(seeds)} ship" in run.output
    assert len(seeds) >= 20


def test_each_hostile_seed_is_held_for_its_own_reason() -> None:
    hostile = sorted(p for p in (SEEDS / "hostile").iterdir() if p.suffix != ".md")
    run = gate("--json", *hostile)
    results = json.loads(run.stdout)
    assert run.status == 1
    assert {result["decision"] for result in results} == {"hold"}
    for result in results:
        problems = [p for stage in result["stages"] for p in stage["problems"]]
        assert problems, f"{result['candidate']} is held without a reason"
    reasons = {
        problem["message"]
        for result in results
        for stage in result["stages"]
        for problem in stage["problems"]
        if stage["stage"] == "load"
    }
    assert len(reasons) >= 8


def test_the_fleet_of_that_day_holds_291() -> None:
    run = gate(*THAT_DAY, INCIDENT / "channel-291.toml")
    assert run.status == 1
    assert "7.11@2024-07 supplies 20 inputs" in run.output
    assert "reads input 21" in run.output
    assert "channel-291.toml:" in run.output
    assert "heap-buffer-overflow" in run.output


def test_todays_fleet_ships_291() -> None:
    assert gate(INCIDENT / "channel-291.toml").status == 0


def test_a_wildcard_on_input_21_is_held_too_by_the_fleet_of_that_day() -> None:
    run = gate(*THAT_DAY, INCIDENT / "channel-291-wildcard.toml")
    assert run.status == 1
    assert "7.11@2024-07 supplies 20 inputs" in run.output


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "cannot be read"),
        ("channel = [", "1"),
        ("channel = 'x'\n", "channel"),
    ],
)
def test_what_cannot_be_judged_is_undecided_never_ship(
    tmp_path: Path, content: str | None, words: str
) -> None:
    candidate = tmp_path / "candidate.toml"
    if content is not None:
        candidate.write_text(content)
    run = gate("--target", "channel", candidate)
    assert run.status == 2
    assert "candidate.toml" in run.output
    assert words in run.output
    assert "Traceback" not in run.output


def test_one_held_file_among_good_ones_holds() -> None:
    good = min(SEEDS.glob("*.toml"))
    run = gate(*THAT_DAY, good, INCIDENT / "channel-291.toml")
    assert run.status == 1
