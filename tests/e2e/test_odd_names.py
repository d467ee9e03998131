# SPDX-License-Identifier: Apache-2.0
"""Files with the longest and the oddest names are inputs like any other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from groundstop.config import Project
from groundstop.corpus import Known, add_regressions, compiled_seeds, list_regressions, seeds
from groundstop.model import Release
from groundstop.target import load_target
from support.command import groundstop
from support.hostile_project import make_project

NAMES = [
    "a" * 255,
    "b" * 243 + ".bin",
    "ü" * 120,
    "two\nlines",
    "\x1b[31m\nSTARTED 0 1\nFT 0",
    "no utf-8 \udcff",
    " leading, trailing ",
    "-merge=1",
    "a b'c\"d$e",
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = make_project(tmp_path)
    folder = made.corpus_of("lines") / "seeds"
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(b"_%d" % number)
    return made


def test_every_seed_reaches_the_fuzzer_under_a_name_that_fits(project: Project) -> None:
    target = load_target(project, "lines")
    folder = compiled_seeds(target, project)
    data = sorted(path.read_bytes() for path in folder.iterdir())
    assert data == sorted(seeds(target, project).values())
    assert all(path.name.isascii() and path.name.isprintable() for path in folder.iterdir())
    # What is there is not made again.
    before = {path.name for path in folder.iterdir()}
    assert {path.name for path in compiled_seeds(target, project).iterdir()} == before


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_every_name_can_be_a_regression(tmp_path: Path, name: str) -> None:
    project = make_project(tmp_path)
    target = load_target(project, "lines")
    path = tmp_path / "given"
    path.write_bytes(b"_" + os.fsencode(name))
    known = Known(path, name, "what", "memory", Release())
    (added,) = add_regressions(target, project, [known])
    (regression,) = list_regressions("lines", project)
    assert regression.sidecar == added.place
    assert regression.path.read_bytes() == path.read_bytes()


def test_minimizing_writes_beside_the_longest_name(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    path = tmp_path / ("a" * 255)
    path.write_bytes(b"1 and more")
    run = groundstop(
        "minimize", "--target", "lines", "--seconds", "1", "--json", path.name, cwd=tmp_path
    )
    assert run.status == 1, run.output
    document = json.loads(run.stdout)
    assert (tmp_path / document["output"]).read_bytes()
    assert project.root == tmp_path


def test_a_campaign_and_a_merge_take_files_of_any_name(project: Project) -> None:
    evolved = project.corpus_of("lines") / "evolved"
    evolved.mkdir()
    for number, name in enumerate(NAMES):
        (evolved / name).write_bytes(b"_odd %d" % number)
    run = groundstop("fuzz", "lines", "--seconds", "1", "--json", cwd=project.root)
    assert run.status in {0, 1}, run.output
    run = groundstop("corpus", "stats", "--edges", "--json", cwd=project.root)
    assert run.status == 0, run.output
    rows = {row["name"]: row for row in json.loads(run.stdout)["folders"]}
    assert rows["seeds"]["edges"] > 0
    assert rows["seeds"]["killers"] == 0
    run = groundstop("corpus", "merge", "lines", "--json", cwd=project.root)
    assert run.status == 0, run.output
    assert json.loads(run.stdout)["others"] == len(NAMES)
    assert all((evolved / name).exists() for name in NAMES)
