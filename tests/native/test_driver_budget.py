# SPDX-License-Identifier: Apache-2.0
"""The driver's books on Python's time, alone, with the campaign's shared numbers made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cbuild import DRIVER, driver_test, run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_allowance_is_charged_only_when_nothing_is_saved(tmp_path: Path) -> None:
    done = run(driver_test(tmp_path, "test_budget", DRIVER / "budget.c"))
    assert done.returncode == 0, done.stderr


def test_planted_an_allowance_charged_too_early_is_seen(tmp_path: Path) -> None:
    sound = (DRIVER / "budget.c").read_text(encoding="utf-8")
    planted = sound.replace("if (credit_ns <= 0 && gs_balance() <= 0)\n", "")
    assert planted != sound
    budget = tmp_path / "budget.c"
    budget.write_text(planted, encoding="utf-8")
    done = run(driver_test(tmp_path, "test_budget", budget))
    assert done.returncode != 0
    assert "from_allowance" in done.stderr
