# SPDX-License-Identifier: Apache-2.0
"""A target that cannot be had is a TargetError that says what to write."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.model import Release
from groundstop.target import Target, load_target

CORE = """\
from pathlib import Path
from groundstop.target import Core, Target
mine = Target("toy", Core(root=Path(), sources=("a.c",), headers=(), entry="f"))
"""


def load(folder: Path, source: str, where: str) -> Target:
    # Modules are imported into this process once: each test needs names of its own.
    module = "toy_" + hashlib.sha256(f"{folder}".encode()).hexdigest()[:12]
    (folder / f"{module}.py").write_text(source)
    project = Project(folder, folder / "corpus", {"toy": where.replace("MODULE", module)})
    return load_target(project, "toy")


@pytest.mark.parametrize(
    "source, where, message",
    [
        ("import sys\nsys.exit(0)", "MODULE:mine", "py:2: SystemExit: 0"),
        ("1 / 0", "MODULE:mine", "py:1: ZeroDivisionError"),
        (CORE, "MODULE", r'not of the form module:attribute: write toy = "toy_\w+:target" in'),
        (CORE, ":mine", r'not of the form module:attribute: write toy = "module:mine" in'),
        (CORE, "MODULE:other", r'\'other\' .* is not there: write toy = "toy_\w+:mine" in'),
        ("mine = 7", "MODULE:mine", r"is not a Target but 'int': write toy = .*pyproject\.toml"),
        (
            CORE.replace('"toy"', '"plane"'),
            "MODULE:mine",
            r"mine is the target 'plane': write plane = \"toy_\w+:mine\" in",
        ),
    ],
)
def test_a_target_that_cannot_be_had_says_what_to_write(
    tmp_path: Path, source: str, where: str, message: str
) -> None:
    with pytest.raises(TargetError, match=message):
        load(tmp_path, source, where)


def test_a_relative_root_is_the_projects_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.c").write_text("int f(const char *d, unsigned long n);\n")
    source = CORE.replace("Path()", 'Path("src")').replace("headers=()", 'history=Path("old")')
    monkeypatch.chdir(tmp_path)
    target = load(folder, source, "MODULE:mine")
    assert target.core.recipe("toy", Release()).root == folder / "src"
    (folder / "src" / "old").mkdir()
    (folder / "src" / "old" / "bug.patch").touch()
    assert target.core.histories() == ("bug",)


def test_a_target_that_is_there_is_loaded(tmp_path: Path) -> None:
    load(tmp_path, CORE, "MODULE:mine")
