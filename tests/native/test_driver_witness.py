# SPDX-License-Identifier: Apache-2.0
"""The driver's witness of an end that nothing in the process sees, alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.cbuild import DRIVER, driver_test, run

if TYPE_CHECKING:
    from pathlib import Path


def stored(folder: Path, witness: Path, how: str) -> tuple[list[bytes], str]:
    """What is stored of an input in which the process ends, and what is said of it.

    Whoever waits for the process knows of its end before the witness runs again.
    """
    program = driver_test(folder, "test_witness", witness, DRIVER / "unit.c")
    place = folder / "artifacts"
    place.mkdir()
    done = run(program, how, cwd=place)
    assert done.returncode == 0, done.stderr
    return [path.read_bytes() for path in place.iterdir()], done.stderr


@pytest.mark.parametrize("how, found", [("exit", True), ("signal", True), ("kill", False)])
def test_only_an_end_of_the_cores_own_is_stored(tmp_path: Path, how: str, *, found: bool) -> None:
    inputs, said = stored(tmp_path, DRIVER / "witness.c", how)
    assert inputs == [b"the one"] * found
    assert ("Test unit written" in said) == found


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_one_that_may_not_trace_blames_nobody_for_what_it_cannot_tell(
    tmp_path: Path, how: str
) -> None:
    sound = (DRIVER / "witness.c").read_text(encoding="utf-8")
    hindered = sound.replace("SYS_ptrace, PTRACE_SEIZE", "SYS_ptrace, -1")
    assert hindered != sound
    witness = tmp_path / "witness.c"
    witness.write_text(hindered, encoding="utf-8")
    inputs, said = stored(tmp_path, witness, how)
    assert inputs == []
    assert "who ended it cannot be told" in said
