# SPDX-License-Identifier: Apache-2.0
"""What a shell completes: targets, releases and findings, and nothing that is in the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import ROOT, groundstop
from support.hostile_project import make_project


def completed(words: str, cwd: Path = ROOT) -> list[str]:
    """What bash gets for the last of the words."""
    run = groundstop(
        cwd=cwd,
        _GROUNDSTOP_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split(" ")) - 1),
    )
    assert run.status == 0, run.output
    assert run.stderr == ""
    return [line.removeprefix("plain,") for line in run.stdout.splitlines() if line]


@pytest.mark.parametrize(
    "words, offered",
    [
        ("groundstop ga", ["gate"]),
        ("groundstop build ", ["channel", "yara"]),
        ("groundstop fuzz c", ["channel"]),
        ("groundstop corpus merge y", ["yara"]),
        ("groundstop repro --target ", ["channel", "yara"]),
        ("groundstop build --release 7.1", ["7.10", "7.11", "7.15"]),
        ("groundstop build yara --release ", []),
        ("groundstop gate --fleet 7.15@", ["7.15@2024-07"]),
        ("groundstop show corpus/ch", ["file,corpus/ch"]),
    ],
)
def test_targets_and_releases_are_completed(words: str, offered: list[str]) -> None:
    found = completed(words)
    assert [each for each in found if "@" not in each or "@" in words] == offered


def test_findings_are_completed_by_their_ids(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    ids = ["00112233445566aa", "00112233445566bb", "ff00000000000000"]
    for name in ids:
        folder = project.state / "findings" / "lines" / name
        folder.mkdir(parents=True)
        (folder / "finding.json").write_text(json.dumps({"headline": "a\n\x1b[31mb"}))
    assert completed("groundstop findings show ", tmp_path) == ids
    assert completed("groundstop repro 001", tmp_path) == ids[:2]
    assert completed("groundstop minimize see", tmp_path) == ["file,see"]
    assert completed("groundstop corpus add f", tmp_path) == ids[2:]


def test_what_is_broken_offers_nothing_and_says_nothing(tmp_path: Path) -> None:
    assert completed("groundstop build ", tmp_path) == []
    (tmp_path / "pyproject.toml").write_text("[tool.groundstop")
    assert completed("groundstop build ", tmp_path) == []
    (tmp_path / "pyproject.toml").write_text(
        '[tool.groundstop.targets]\n"a\\nb" = "x"\nok = "nothing:target"\n'
    )
    assert completed("groundstop build o", tmp_path) == ["ok"]
    assert completed("groundstop build ok --release ", tmp_path) == []


def test_a_shell_gets_its_script() -> None:
    for shell in ("bash", "zsh", "fish"):
        run = groundstop(_GROUNDSTOP_COMPLETE=f"{shell}_source")
        # click asks which bash there is.
        assert run.status == 0, run.output
        assert "_GROUNDSTOP_COMPLETE=" in run.stdout


def test_completing_imports_nothing_heavy() -> None:
    code = (
        "import os, sys\n"
        "os.environ |= {'_GROUNDSTOP_COMPLETE': 'bash_complete', 'COMP_CWORD': '2',\n"
        "    'COMP_WORDS': 'groundstop build '}\n"
        "from groundstop.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(sorted({'rich', 'cffi', 'atheris', 'hypothesis'} & set(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "[]"
