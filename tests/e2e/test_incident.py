# SPDX-License-Identifier: Apache-2.0
"""July 19, 2024, as the command tells it: each step on the real build of that day."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from groundstop.config import find_project
from groundstop.gate import Rehearsal
from groundstop.target import load_target
from support.command import ROOT, groundstop


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    run = groundstop("incident", "--json")
    assert run.status == 0, run.output
    document: dict[str, Any] = json.loads(run.stdout)
    return document


def test_every_check_of_that_day_passes_but_those_that_evaluate_input_21(
    told: dict[str, Any],
) -> None:
    passed = [step["check"] for step in told["steps"] if step["passed"]]
    failed = [step["check"] for step in told["steps"] if not step["passed"]]
    assert passed == ["definition", "load", "evaluate", "evaluate", "coverage"]
    assert failed == ["synthesis", "evaluate"]
    assert "heap-buffer-overflow" in told["steps"][-1]["detail"]
    assert {step["release"] for step in told["steps"]} == {"7.11@2024-07"}
    assert all(step["telling"] for step in (*told["steps"], *told["today"]))


def test_the_lucky_case_evaluates_and_does_not_crash(told: dict[str, Any]) -> None:
    lucky = next(step for step in told["steps"] if "lucky" in step["title"])
    assert lucky["passed"]
    assert "matched by 29101" in lucky["detail"]
    assert "29102" not in lucky["detail"]


def test_content_coverage_names_what_the_lucky_case_never_evaluated(told: dict[str, Any]) -> None:
    """Nothing crashes; what would have is named with its line, and events made for it do crash."""
    coverage, synthesis = (
        next(step for step in told["steps"] if step["check"] == check)
        for check in ("coverage", "synthesis")
    )
    assert coverage["detail"] == "nothing crashes, 25% of its outcomes reached"
    assert re.fullmatch(
        r"prefix on input 21 \(first_message\) of instance 29102 \(channel-291-mismatch.toml:\d+\)",
        coverage["unseen"][-1],
    )
    assert synthesis["detail"].startswith("on synthesized events: heap-buffer-overflow")
    assert synthesis["unseen"] == []


def test_today_synthesized_events_reach_all_of_it(told: dict[str, Any]) -> None:
    coverage, synthesis = (
        next(step for step in told["today"] if step["check"] == check)
        for check in ("coverage", "synthesis")
    )
    assert len(coverage["unseen"]) == 3
    assert synthesis["unseen"] == []
    assert synthesis["detail"] == "nothing crashes, 100% of its outcomes reached"


def test_a_lucky_case_without_a_gap_tells_nothing() -> None:
    project = find_project(ROOT)
    target = load_target(project, "channel")
    assert target.incident is not None
    lucky = next(step for step in target.incident.steps if step.check == "coverage")
    # Its one event matches: every criterion was evaluated.
    matched = replace(lucky, source=target.incident.candidate)
    incident = replace(target.incident, steps=(matched,))
    (step,) = Rehearsal(target, incident, project).steps(incident.today)
    assert (step.passed, step.unseen, step.telling) == (True, (), False)


def test_the_fuzzer_finds_it_from_seeds_that_do_not_contain_it(told: dict[str, Any]) -> None:
    assert told["fuzzer"]["found"]
    assert "heap-buffer-overflow" in told["fuzzer"]["finding"]
    assert told["fuzzer"]["inputs"] > 0


def test_todays_core_runs_the_same_content(told: dict[str, Any]) -> None:
    assert all(step["passed"] for step in told["today"])
    assert "matched by 29101, 29102" in told["today"][-1]["detail"]


def test_the_gate_holds_it_with_its_reason(told: dict[str, Any]) -> None:
    assert told["gate"]["decision"] == "hold"
    messages = [p["message"] for stage in told["gate"]["stages"] for p in stage["problems"]]
    assert any(
        m.startswith("7.11@2024-07 supplies 20 inputs, the criterion at channel-291.toml:")
        and m.endswith("reads input 21")
        for m in messages
    )
