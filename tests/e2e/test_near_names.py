# SPDX-License-Identifier: Apache-2.0
"""A slip of the pen is answered with what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.errors import ConfigError
from support.command import groundstop

SEED = "corpus/channel/seeds/ipc-psexec.toml"


@pytest.mark.parametrize(
    "arguments, meant",
    [
        (("gtae", SEED), "gate"),
        (("corpus", "ad", SEED), "add"),
        (("findings", "lst"), "list"),
        (("gate", "--target", "chanel", SEED), "channel"),
        (("gate", "--fleet", "7.51", SEED), "7.15"),
        (("fuzz", "chanel"), "channel"),
    ],
)
def test_a_name_on_the_command_line(arguments: tuple[str, ...], meant: str) -> None:
    run = groundstop(*arguments)
    assert run.status == 2
    assert f"did you mean {meant}?" in run.stderr


def test_a_key_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.groundstop]\ncorpsu = 'x'\n")
    with pytest.raises(ConfigError, match=r"corpsu is unknown \(did you mean corpus\?\)"):
        find_project(tmp_path)


def test_an_option_that_is_none_is_told_as_every_mistake_is() -> None:
    run = groundstop("list", "--jsno")
    assert run.status == 2
    assert run.stdout == ""
    assert "groundstop: No such option" in run.stderr


@pytest.mark.parametrize("arguments", [(), ("corpus",)])
def test_a_command_without_words_shows_its_help_once(arguments: tuple[str, ...]) -> None:
    run = groundstop(*arguments)
    assert run.status == 2
    assert run.stderr.startswith("Usage: groundstop")
    assert run.stderr.count("Usage:") == 1
    assert "Commands:" in run.stderr
