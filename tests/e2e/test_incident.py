# SPDX-License-Identifier: Apache-2.0
"""July 19, 2024, as the command tells it: each step on the real build of that day."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.command import groundstop


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    run = groundstop("incident", "--json")
    assert run.status == 0, run.output
    document: dict[str, Any] = json.loads(run.stdout)
    return document


def test_every_check_of_that_day_passes_but_the_last(told: dict[str, Any]) -> None:
    assert [step["passed"] for step in told["steps"]] == [True, True, True, True, False]
    assert "heap-buffer-overflow" in told["steps"][-1]["detail"]
    assert {step["release"] for step in told["steps"]} == {"7.11@2024-07"}


def test_the_lucky_case_evaluates_and_does_not_crash(told: dict[str, Any]) -> None:
    lucky = next(step for step in told["steps"] if "lucky" in step["title"])
    assert lucky["passed"]
    assert "matched by 29101" in lucky["detail"]
    assert "29102" not in lucky["detail"]


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
