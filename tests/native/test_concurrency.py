# SPDX-License-Identifier: Apache-2.0
"""Loads beside evaluations, under ThreadSanitizer: no race, no torn content, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.cbuild import CBuild, make_tree, run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

COUNTED = """\
	lock(sensor);
	references = --content->references;
	unlock(sensor);
"""


def run_storm(program: Path, host: str) -> subprocess.CompletedProcess[str]:
    return run("env", "TSAN_OPTIONS=halt_on_error=1:exitcode=66", program, host)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = make_tree(tmp_path_factory.mktemp("storm"), "7.11")
    return CBuild(tree, "threads").program("storm.c")


def test_loads_and_evaluations_do_not_disturb_each_other(storm: Path) -> None:
    done = run_storm(storm, "locked")
    assert (done.returncode, done.stderr) == (0, "")


def test_planted_a_lock_that_does_nothing_is_seen(storm: Path) -> None:
    done = run_storm(storm, "unlocked")
    assert done.returncode == 66
    assert "WARNING: ThreadSanitizer: data race" in done.stderr


def test_planted_a_reference_counted_without_the_lock_is_seen(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, "7.11")
    sensor = tree / "sensor.c"
    sound = sensor.read_text(encoding="utf-8")
    assert COUNTED in sound
    planted = sound.replace(COUNTED, "	references = --content->references;\n")
    sensor.write_text(planted, encoding="utf-8")
    done = run_storm(CBuild(tree, "threads").program("storm.c"), "locked")
    assert done.returncode == 66
    assert "WARNING: ThreadSanitizer: data race" in done.stderr
    assert "#0 release " in done.stderr
