# SPDX-License-Identifier: Apache-2.0
"""The driver's books on Python's time, alone, with the campaign's shared numbers made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cbuild import C_TESTS, ROOT, STRICT, VARIANTS, compile_c, run

if TYPE_CHECKING:
    from pathlib import Path

DRIVER = ROOT / "native" / "driver"


def budget_test(folder: Path, budget: Path) -> Path:
    include = ("-I", DRIVER, "-I", ROOT / "native" / "include")
    flags = (*STRICT, "-std=gnu11", "-UNDEBUG", *VARIANTS["plain"])
    program = folder / "test_budget"
    compile_c(*flags, *include, C_TESTS / "test_budget.c", budget, "-o", program)
    return program


def test_the_allowance_is_charged_only_when_nothing_is_saved(tmp_path: Path) -> None:
    done = run(budget_test(tmp_path, DRIVER / "budget.c"))
    assert done.returncode == 0, done.stderr


def test_planted_an_allowance_charged_too_early_is_seen(tmp_path: Path) -> None:
    sound = (DRIVER / "budget.c").read_text(encoding="utf-8")
    planted = sound.replace("if (credit_ns <= 0 && gs_balance() <= 0)\n", "")
    assert planted != sound
    budget = tmp_path / "budget.c"
    budget.write_text(planted, encoding="utf-8")
    done = run(budget_test(tmp_path, budget))
    assert done.returncode != 0
    assert "from_allowance" in done.stderr
