# SPDX-License-Identifier: Apache-2.0
"""Which units a run takes away: its own that it has replaced; of others it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.campaign._replaced import ReplacedUnits, unit_names

READ, SMALLER, SMALLEST, FOREIGN = (letter * 40 for letter in "abcd")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    units, features = tmp_path / "units", tmp_path / "features"
    units.mkdir()
    features.mkdir()
    for name in (SMALLER, SMALLEST, "by hand"):
        (units / name).write_bytes(b"")
    return units, features


def test_each_unit_but_the_smallest_goes(folders: tuple[Path, Path]) -> None:
    units, features = folders
    replaced = ReplacedUnits(units, features)
    for name in (READ, FOREIGN):
        (features / name).write_bytes(b"")
    replaced.note()
    (features / READ).rename(features / SMALLEST)
    replaced.settle()
    assert unit_names(units) == {SMALLEST, "by hand"}
    assert replaced.read == {READ}
    assert replaced.removed == 1
    replaced.settle()
    assert (replaced.read, replaced.removed) == ({READ}, 1)


def test_what_another_process_replaces_later_goes_then(folders: tuple[Path, Path]) -> None:
    units, features = folders
    replaced = ReplacedUnits(units, features)
    (features / SMALLER).write_bytes(b"")
    (features / SMALLEST).write_bytes(b"")
    replaced.settle()
    assert unit_names(units) == {SMALLER, SMALLEST, "by hand"}
    (features / SMALLER).unlink()
    replaced.settle()
    assert unit_names(units) == {SMALLEST, "by hand"}
    # It was the run's own, and is gone.
    assert replaced.read == set()
