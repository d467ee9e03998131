# SPDX-License-Identifier: Apache-2.0
"""The project's table: which target is meant when none is named, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.cli._options import chosen_target
from groundstop.config import find_project
from groundstop.errors import ConfigError, TargetError

ONE = '[tool.groundstop.targets]\na = "a:target"\n'
TWO = ONE + 'b = "b:target"\n'


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    "text, chosen",
    [
        (ONE, "a"),
        ('[tool.groundstop]\ndefault = "b"\n' + TWO, "b"),
    ],
)
def test_a_command_without_a_target_takes_the_default(
    tmp_path: Path, text: str, chosen: str
) -> None:
    found = find_project(project(tmp_path, text))
    assert chosen_target(found, None) == chosen
    assert chosen_target(found, "other") == "other"


@pytest.mark.parametrize("text, says", [(TWO, "a, b"), ("[tool.groundstop]\n", "none")])
def test_without_a_default_it_asks_for_a_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TargetError, match=f"name a target: this project has {says}"):
        chosen_target(find_project(project(tmp_path, text)), None)


@pytest.mark.parametrize(
    "text, says",
    [
        ('[tool.groundstop]\ndefault = "c"\n' + TWO, r"default must name a target \(there: a, b\)"),
        ("[tool.groundstop]\ndefault = 7\n" + TWO, "default must name a target"),
        ('[tool.groundstop]\ndefault = ["a"]\n' + TWO, "default must name a target"),
        ('[tool.groundstop]\ncorpse = "corpus"\n', "tool.groundstop.corpse is unknown"),
        ("[tool.groundstop]\ncorpus = 1\n", "corpus must be a path"),
        ("[tool.groundstop.targets]\na = 1\n", "targets must map names"),
        ("[tool]\ngroundstop = 1\n", "tool.groundstop must be a table"),
    ],
)
def test_a_wrong_table_is_one_message(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        find_project(project(tmp_path, text))
