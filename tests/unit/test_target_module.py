# SPDX-License-Identifier: Apache-2.0
"""A target's module that fails names its own line; a name that cannot be one says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.errors import TargetError
from groundstop.target import Core, Target, check_name, load_target, target_name
from support.command import groundstop

HELPER = "def helper():\n    return {}['gone']\n"
MODULES = {
    "attribute": ("import os\n\nos.nothing\n", "{name}.py:3: AttributeError: "),
    "syntax": ("x = 1\ndef f(:\n", "{name}.py:2: SyntaxError: "),
    "indent": ("x = 1\n  y = 2\n", "{name}.py:2: IndentationError: "),
    "exits": ("import sys\n\n\nsys.exit(3)\n", "{name}.py:4: SystemExit: 3"),
    "bare": ("x = 1\nassert x == 2\n", "{name}.py:2: AssertionError"),
    "missing": ("import nowhere_to_be_found\n", "{name}.py:1: ModuleNotFoundError: "),
    "helped": (
        "import {name}_help\n\n{name}_help.helper()\n",
        "{name}_help.py:2: KeyError: 'gone'",
    ),
    "ours": (
        "from groundstop.target import Core, Target\n\nt = Target('x y', Core(sources=('a.c',)))\n",
        "{name}.py:3: 'x y' cannot name a target",
    ),
    "format": (
        "from groundstop.target import Core\n\n\ncore = Core(sources='a.c')\n",
        "{name}.py:4: Core(sources=…) must be a tuple",
    ),
}


@pytest.mark.parametrize("kind", MODULES)
def test_a_module_that_fails_names_the_line_and_the_error(tmp_path: Path, kind: str) -> None:
    name = f"failing_{kind}"
    text, said = (each.replace("{name}", name) for each in MODULES[kind])
    (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / f"{name}_help.py").write_text(HELPER)
    (tmp_path / "pyproject.toml").write_text(f'[tool.groundstop.targets]\nt = "{name}:target"\n')
    with pytest.raises(TargetError) as caught:
        load_target(find_project(tmp_path), "t")
    assert "t'" in str(caught.value)
    assert said in str(caught.value)
    run = groundstop("build", cwd=tmp_path)
    assert run.status == 2
    assert f"cannot be imported: {said}" in run.stderr


@pytest.mark.parametrize(
    "name, why",
    [
        ("1abc", "its first character must be a small letter"),
        ("_abc", "its first character must be a small letter"),
        ("9", "its first character must be a small letter"),
        ("my-target", "as in my_target"),
        ("MyTarget", "as in mytarget"),
        ("ünï", "use small letters (a to z)"),
        ("", "a name is"),
        ("a\n", "use small letters (a to z)"),
        ("a" * 65, "it is longer than 64"),
    ],
)
def test_a_name_that_cannot_be_one_says_why(name: str, why: str) -> None:
    with pytest.raises(TargetError, match="cannot name a target") as caught:
        Target(name, Core(sources=("a.c",)))
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "1abc", "My Project", "ü", "a" * 300, "-", "é" * 200, "9" * 99]
)
def test_a_name_that_is_made_is_one(text: str) -> None:
    made = target_name(text, "target")
    check_name(made)
    check_name(f"{made}_123456")
