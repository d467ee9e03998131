# SPDX-License-Identifier: Apache-2.0
"""The driver's witness of an end that nothing in the process sees, alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.cbuild import DRIVER, driver_test, run

if TYPE_CHECKING:
    from pathlib import Path


def stored(folder: Path, witness: Path, when: str) -> list[bytes]:
    """What is stored of an input that ends the process before its witness has run."""
    program = driver_test(folder, "test_witness", witness)
    place = folder / "artifacts"
    place.mkdir()
    # It returns when the witness has ended, too: that has the other end of the pipes.
    done = run(program, when, cwd=place)
    assert done.returncode == 0, done.stderr
    return [path.read_bytes() for path in place.iterdir()]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_witness_that_comes_late_stores_the_input(tmp_path: Path, when: str) -> None:
    assert stored(tmp_path, DRIVER / "witness.c", when) == [b"the one"]


def test_planted_a_witness_that_leaves_when_it_comes_late_is_seen(tmp_path: Path) -> None:
    sound = (DRIVER / "witness.c").read_text(encoding="utf-8")
    planted = sound.replace("SIGUSR2) != 0)\n", "SIGUSR2) != 0 || getppid() != owner)\n", 1)
    assert planted != sound
    witness = tmp_path / "witness.c"
    witness.write_text(planted, encoding="utf-8")
    assert stored(tmp_path, witness, "before") == []
