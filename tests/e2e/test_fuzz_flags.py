# SPDX-License-Identifier: Apache-2.0
"""`groundstop fuzz`: limits, a dictionary, libFuzzer's flags; what is refused before anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import groundstop
from support.libraries import share_builds

# The longest input it sees, and whether values are profiled, is all that matters of it.
HARNESS = """\
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t longest;

	if (size > longest)
		fprintf(stderr, "longest %zu\\n", longest = size);
	return data == NULL;
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harness.c").write_text(HARNESS)
    share_builds(tmp_path)
    return tmp_path


def test_flags_and_limits_reach_the_engine(folder: Path) -> None:
    (folder / "words.dict").write_text('one="abcdef"\ntwo="ghi"\n')
    limits = ("--max-len", "17", "--rss-limit", "700", "--timeout", "3", "--dict", "words.dict")
    flags = ("--", "-use_value_profile=1", "-runs=5000", "-print_final_stats=1")
    run = groundstop(
        "fuzz", "--harness", "harness.c", *limits, "--seconds", "600", "-q", *flags, cwd=folder
    )
    assert run.status == 0, run.output
    (log,) = (folder / ".groundstop" / "logs").glob("*.log")
    lines = log.read_text().splitlines()
    assert "longest 17" in lines
    assert "longest 18" not in lines
    assert "Dictionary: 2 entries" in lines
    assert "stat::number_of_executed_units: 5000" in lines


@pytest.mark.parametrize(
    "words, said",
    [
        (("--seconds", "1e-9"), "give it 1 to"),
        (("--seconds", "nan"), "give it 1 to"),
        (("--workers", "10000"), "at most 256"),
        (("--seed", "-1"), "give it 1 to"),
        (("--seed", "0"), "give it 1 to"),
        (("--timeout", "0"), "give it 0.3 to"),
        (("--timeout", "nan"), "give it 0.3 to"),
        (("--max-len", "0"), "give it 1 to"),
        (("--rss-limit", "1"), "at least 128"),
        (("--dict", "gone.dict"), "gone.dict"),
        (("-release=7.10",), "two dashes: --release=7.10"),
        (("-use_value_profile=1",), "-- -use_value_profile=1"),
        (("--", "-use_valu_profile=1"), "did you mean -use_value_profile"),
        (("--", "-use_value_profile=yes"), "takes a number"),
        (("--", "-use_value_profile"), "-name=value"),
        (("--", "-fork=2"), "--workers"),
        (("--", "-merge=1"), "corpus merge"),
        (("--", "-artifact_prefix=x"), "the campaign needs it"),
        (("--", "-seed=7"), "--seed"),
    ],
)
def test_what_would_be_ignored_or_do_harm_is_refused(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    run = groundstop("fuzz", "--harness", "harness.c", *words, cwd=folder)
    assert run.status == 2
    assert said in run.output
    # Before anything is built or run.
    assert not (folder / ".groundstop" / "logs").exists()
