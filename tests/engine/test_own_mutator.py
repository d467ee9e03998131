# SPDX-License-Identifier: Apache-2.0
"""Whose functions mutate: those of a core that has some, of its format, of libFuzzer."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.campaign import CampaignOptions, CampaignResult, run_campaign
from groundstop.config import find_project
from groundstop.errors import TargetError
from groundstop.format import Record
from groundstop.target import Core, Target
from support.boxes import Boxes
from support.forms import deep, wide
from support.libraries import share_builds

# Its own functions work, and leave the input as it is.
SOURCE = """\
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int box_entry(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max, unsigned seed);

int box_entry(const uint8_t *data, size_t size)
{
	return size > 4 && memcmp(data, "BOX1", 4) == 0 && data[4] > 3;
}

#ifdef MUTATOR
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return size;
}
#endif

#ifdef CROSSOVER
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max, unsigned seed)
{
	return 0;
}
#endif
"""

BYTES = "no format: inputs are mutated as bytes"
REPLACED = "its own crossover: the format's mutator is used instead, and has one"


def campaign(folder: Path, *defined: str, form: type[Record] | None = Boxes) -> CampaignResult:
    share_builds(folder)
    (folder / "pyproject.toml").write_text("[tool.groundstop]\n")
    (folder / "box.c").write_text(SOURCE)
    flags = tuple(f"-D{name}" for name in defined)
    core = Core(root=folder, sources=("box.c",), headers=(), entry="box_entry", cflags=flags)
    target = Target("box", core, format=form)
    options = CampaignOptions(seconds=600, flags=("-runs=3000",))
    return run_campaign(target, find_project(folder), options)


@pytest.mark.parametrize(
    "defined, whose, said",
    [
        ((), "format", None),
        (("CROSSOVER",), "format", REPLACED),
        (("MUTATOR", "CROSSOVER"), "core", None),
    ],
)
def test_a_format_mutates_unless_the_core_does(
    tmp_path: Path, defined: tuple[str, ...], whose: str, said: str | None
) -> None:
    result = campaign(tmp_path, *defined)
    assert bool(result.progress.stats.operators) == (whose == "format")
    assert "found LLVMFuzzerCustomMutator" in result.log.read_text()
    assert {BYTES, REPLACED}.intersection(result.missing) == ({said} if said else set())


@pytest.mark.parametrize("defined", [(), ("MUTATOR",)])
def test_without_a_format_it_is_bytes_unless_the_core_knows_better(
    tmp_path: Path, defined: tuple[str, ...]
) -> None:
    result = campaign(tmp_path, *defined, form=None)
    assert (BYTES in result.missing) == (not defined)


def test_a_format_of_any_number_of_records_is_mutated_by_its_structure(tmp_path: Path) -> None:
    result = campaign(tmp_path, form=wide(600))
    assert result.progress.stats.operators


def test_a_format_that_cannot_be_mutated_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"target box: .* nested more than 32 deep"):
        campaign(tmp_path, form=deep(40))
    assert not list((tmp_path / ".groundstop").glob("runs/*/*.log"))
