# SPDX-License-Identifier: Apache-2.0
"""The planted defects of tests/support/planted: each is one, of an interpreter that compiles."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from support.cbuild import ROOT, CBuild, make_tree, run, write_table

if TYPE_CHECKING:
    from pathlib import Path

PLANTED = ROOT / "tests" / "support" / "planted"


class Seen(NamedTuple):
    """What a C test says of a defect."""

    defect: str
    release: str
    variant: str
    program: str
    said: str


SEEN = [
    Seen("accepted", "7.11", "plain", "test_load.c", "is ok, should be trailing bytes"),
    Seen("allocation", "7.11", "plain", "test_memory.c", "live\nis 4, should be 3"),
    Seen("allocation-unloads", "7.11", "plain", "test_memory.c", "live\nis 1, should be 3"),
    Seen("determinism", "7.11", "plain", "test_evaluate.c", "matches.count [range 5]"),
    Seen("memory", "7.11", "sanitized", "test_evaluate.c", "runtime error"),
    Seen("model", "7.11", "plain", "test_evaluate.c", "matches.count [range 2]"),
    Seen("releases", "7.15", "plain", "test_evaluate.c", "'AB' on 'abc']\nis 1, should be 0"),
    Seen("work", "7.11", "plain", "test_evaluate.c", "is out of fuel, should be ok"),
]
# What the entry points that judge find; nothing but what they judge.
FOUND = [
    ("accepted", "test_allocation.c", "0: "),
    ("accepted", "test_session.c", "0: "),
    ("allocation", "test_allocation.c", "ci_load changes what is allocated by 53 bytes"),
    ("allocation", "test_session.c", "53 bytes are still allocated after ci_sensor_destroy"),
    ("allocation-unloads", "test_allocation.c", "changes what is allocated by -157 bytes"),
]
# Where there is nothing to see of those that show only somewhere.
HIDDEN = [("memory", "7.11"), ("releases", "7.11")]


def plant(folder: Path, defect: str, release: str) -> Path:
    tree = make_tree(folder, release)
    patch = [sys.executable, "-m", "patch_ng", "--quiet", "--strip=1", f"--directory={tree}"]
    subprocess.run([*patch, str(PLANTED / f"{defect}.patch")], check=True)
    write_table(tree, release)
    return tree


def test_every_planted_defect_is_tested() -> None:
    assert {path.stem for path in PLANTED.glob("*.patch")} == {seen.defect for seen in SEEN}


@pytest.mark.parametrize("seen", SEEN, ids=lambda seen: seen.defect)
def test_a_planted_defect_changes_what_the_core_does(tmp_path: Path, seen: Seen) -> None:
    tree = plant(tmp_path, seen.defect, seen.release)
    done = run(CBuild(tree, seen.variant).program(seen.program))
    assert done.returncode != 0
    assert seen.said in done.stderr


@pytest.mark.parametrize("defect, program, found", FOUND)
def test_the_entry_points_find_what_they_judge(
    tmp_path: Path, defect: str, program: str, found: str
) -> None:
    tree = plant(tmp_path, defect, "7.11")
    done = run(CBuild(tree, "plain").program(program), "planted")
    assert done.returncode == 0, done.stderr
    assert found in done.stdout


@pytest.mark.parametrize("defect, release", HIDDEN)
def test_and_only_where_it_should(tmp_path: Path, defect: str, release: str) -> None:
    done = run(CBuild(plant(tmp_path, defect, release), "plain").program("test_evaluate.c"))
    assert done.returncode == 0, done.stderr
