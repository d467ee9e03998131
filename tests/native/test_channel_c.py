# SPDX-License-Identifier: Apache-2.0
"""The C tests of the interpreter, under sanitizers and plain with guard pages."""

from __future__ import annotations

import multiprocessing
import re
from typing import TYPE_CHECKING

import pytest

from support.cbuild import CHANNEL, VARIANTS, CBuild, make_tree, run, write_table

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = (
    "test_load.c",
    "test_memory.c",
    "test_evaluate.c",
    "test_limit.c",
    "test_pattern.c",
    "test_entry.c",
    "test_allocation.c",
    "test_session.c",
)


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CBuild]:
    tree = make_tree(tmp_path_factory.mktemp("core"), "7.11")
    return {variant: CBuild(tree, variant) for variant in VARIANTS}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_program(builds: dict[str, CBuild], program: str, variant: str) -> None:
    done = builds[variant].result(program)
    assert done.returncode == 0, done.stderr


def test_every_status_is_reached(builds: dict[str, CBuild]) -> None:
    header = (CHANNEL / "ci.h").read_text(encoding="utf-8")
    body = re.search(r"enum ci_status \{(.*?)\};", header, re.DOTALL)
    assert body is not None
    statuses = {int(number) for number in re.findall(r"CI_\w+ = (\d+),", body[1])}
    printed = "".join(builds["plain"].result(program).stdout for program in PROGRAMS)
    assert {int(number) for number in re.findall(r"reached (\d+)", printed)} == statuses
    assert len(statuses) == 22


@pytest.mark.parametrize("release", ["7.10", "7.15"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_other_releases(tmp_path: Path, program: str, release: str) -> None:
    done = CBuild(make_tree(tmp_path, release), "plain").result(program)
    assert done.returncode == 0, done.stderr


def test_a_type_may_have_any_id(tmp_path: Path) -> None:
    """Also one that C has no int for."""
    tree = make_tree(tmp_path, "7.11")
    path = tree / "releases" / "7.11.toml"
    ids = iter([2, 2**31 - 2, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1])
    text = re.sub(
        r"^id = \d+$", lambda _: f"id = {next(ids)}", path.read_text(), flags=re.MULTILINE
    )
    path.write_text(text, encoding="utf-8")
    write_table(tree, "7.11")
    done = CBuild(tree, "sanitized").result("test_ids.c")
    assert done.returncode == 0, done.stderr


def test_fuel_is_the_work_that_is_done(builds: dict[str, CBuild]) -> None:
    done = CBuild(builds["plain"].tree, "counted").result("test_work.c")
    assert done.returncode == 0, done.stderr


def test_planted_a_walk_through_all_words_at_each_byte_is_seen(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, "7.11")
    pattern = tree / "pattern.c"
    sound = pattern.read_text(encoding="utf-8")
    planted = sound.replace(
        "	search->next.used = 0;\n	add_due",
        "	for (uint32_t i = 0; i < MAX_WORDS; i++)\n		search->next.words[i] = 0;\n"
        "	search->next.used = 0;\n	add_due",
    )
    assert planted != sound
    pattern.write_text(planted, encoding="utf-8")
    done = CBuild(tree, "counted").result("test_work.c")
    assert done.returncode != 0
    assert "one of 1024 instructions at each byte" in done.stderr


def test_a_read_past_a_value_is_seen(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, "7.11")
    criterion = tree / "criterion.c"
    sound = criterion.read_text(encoding="utf-8")
    planted = sound.replace("return size != text->size ||", "return size + 1 != text->size ||")
    assert planted != sound
    criterion.write_text(planted, encoding="utf-8")
    done = run(CBuild(tree, "sanitized").program("test_entry.c"))
    assert done.returncode != 0
    assert "AddressSanitizer: use-after-poison" in done.stderr


def test_a_read_before_the_first_value_is_seen(tmp_path: Path) -> None:
    """An event that is made for one criterion often has no other value."""
    tree = make_tree(tmp_path, "7.11")
    criterion = tree / "criterion.c"
    sound = criterion.read_text(encoding="utf-8")
    planted = sound.replace(
        "	switch ((enum ci_match_kind)criterion->kind) {",
        "	if (size != 0 && *(const volatile uint8_t *)(bytes - 1) == 0)\n		*holds = false;\n"
        "	switch ((enum ci_match_kind)criterion->kind) {",
    )
    assert planted != sound
    criterion.write_text(planted, encoding="utf-8")
    done = run(CBuild(tree, "sanitized").program("test_entry.c"))
    assert done.returncode != 0
    assert "AddressSanitizer: use-after-poison" in done.stderr


def test_what_is_compiled_outlives_a_forked_child(builds: dict[str, CBuild]) -> None:
    builds["plain"].program(PROGRAMS[0])
    child = multiprocessing.get_context("fork").Process(target=int)
    child.start()
    child.join()
    assert builds["plain"].program(PROGRAMS[0]).is_file()
