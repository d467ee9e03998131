# SPDX-License-Identifier: Apache-2.0
"""The gate ships only what it evaluated: events are made for the candidate itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.command import groundstop
from support.planted_gate import PLANTS, WRONG, Plant, make_project, write_candidate

Stage = dict[str, Any]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("planted"))


def gate(project: Path, *candidates: Path) -> list[dict[str, Any]]:
    run = groundstop("gate", "--json", "--fleet", "7.15", *candidates, cwd=project)
    results = json.loads(run.stdout)
    assert isinstance(results, list)
    assert len(results) == len(candidates)
    return results


def coverage(result: dict[str, Any]) -> Stage:
    (stage,) = (each for each in result["stages"] if each["stage"] == "content coverage")
    assert isinstance(stage, dict)
    return stage


def telling(stage: Stage, rule: str, candidate: Path, aim: str) -> Iterator[dict[str, str]]:
    """Yield the problems that name the criterion, and the event that was made for it."""
    for problem in stage["problems"]:
        place = problem["where"].startswith(f"{candidate}:12")
        if problem["rule"] == rule and place and f": {aim}" in problem["message"]:
            assert "\nthe event: ipc: " in problem["message"]
            assert "operation = 77" in problem["message"]
            yield problem


def check(project: Path, plants: tuple[Plant, ...]) -> list[list[dict[str, str]]]:
    candidates = [write_candidate(project, plant) for plant in plants]
    found = []
    for plant, candidate, result in zip(
        plants, candidates, gate(project, *candidates), strict=True
    ):
        assert result["decision"] == "hold", plant.name
        stage = coverage(result)
        problems = list(telling(stage, "made-events", candidate, plant.aim))
        assert problems, (plant.name, stage["problems"])
        # Nothing else says so: without made events it would have shipped.
        others = [each for each in result["stages"] if each is not stage]
        assert not any(each["problems"] for each in others), plant.name
        found.append(problems)
    return found


def test_what_only_events_of_its_own_could_show_is_held(planted: Path) -> None:
    """The candidate has none, and no other file's event satisfies its first criterion."""
    equal, shorter = check(planted, PLANTS[:2])
    assert 'pipe_name = "-server-name"' in equal[0]["message"]
    assert 'pipe_name = "-nam"' in shorter[0]["message"]
    assert "READ of size 1 in planted" in equal[0]["message"]
    # The line to see it again does show it again.
    command = equal[0]["remedy"].partition("groundstop ")[2]
    run = groundstop(*command.split(), cwd=planted)
    assert run.status == 1, run.output
    assert "READ of size 1 in planted" in run.output


@pytest.mark.slow
def test_each_kind_of_criterion_is_tried_where_it_typically_goes_wrong(planted: Path) -> None:
    check(planted, PLANTS[2:])


def test_a_wrong_answer_to_a_made_event_is_held(planted: Path) -> None:
    candidate = write_candidate(planted, WRONG)
    (result,) = gate(planted, candidate)
    assert result["decision"] == "hold"
    (problem,) = telling(coverage(result), "oracle", candidate, WRONG.aim)
    assert "pipe_mode = 200" in problem["message"]
    assert "model" in problem["message"]
