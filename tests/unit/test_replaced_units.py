# SPDX-License-Identifier: Apache-2.0
"""Which files of a corpus a run may take away: what it knows, and has replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.campaign._replaced import ReplacedUnits, unit_names

READ, SMALLER, SMALLEST, FOREIGN = (letter * 40 for letter in "abcd")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    evolved, features = tmp_path / "evolved", tmp_path / "features"
    evolved.mkdir()
    features.mkdir()
    for name in (READ, SMALLER, SMALLEST, FOREIGN, "by hand"):
        (evolved / name).write_bytes(b"")
    return evolved, features


def test_each_unit_but_the_smallest_goes(folders: tuple[Path, Path]) -> None:
    evolved, features = folders
    units = ReplacedUnits(evolved, features)
    (features / READ).write_bytes(b"")
    units.note()
    (features / READ).rename(features / SMALLEST)
    units.remove([SMALLER, SMALLEST])
    assert unit_names(evolved) == {SMALLEST, FOREIGN, "by hand"}
    assert units.removed == 2
    units.remove([])
    assert units.removed == 2


def test_what_another_process_replaces_later_goes_then(folders: tuple[Path, Path]) -> None:
    evolved, features = folders
    units = ReplacedUnits(evolved, features)
    (features / READ).write_bytes(b"")
    units.remove([READ])
    assert unit_names(evolved) == {READ, SMALLER, SMALLEST, FOREIGN, "by hand"}
    (features / READ).rename(features / SMALLER)
    units.remove([SMALLER])
    assert unit_names(evolved) == {SMALLER, SMALLEST, FOREIGN, "by hand"}


def test_a_name_that_is_no_units_stays(folders: tuple[Path, Path]) -> None:
    evolved, features = folders
    (features / "by hand").write_bytes(b"")
    units = ReplacedUnits(evolved, features)
    units.note()
    (features / "by hand").unlink()
    units.remove(["../evolved/by hand"])
    assert "by hand" in unit_names(evolved)
