# SPDX-License-Identifier: Apache-2.0
"""What tools/fresh-machine decides before it needs root; .ci/run makes its machines."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from support.command import ROOT

TOOL = ROOT / "tools" / "fresh-machine"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("fresh_machine", str(TOOL))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


def test_the_commands_are_those_of_the_readme(tool: ModuleType) -> None:
    commands = tool.readme_commands((ROOT / "README.md").read_text())
    assert commands == ["make fuzz", "make test"]


def test_the_archives_are_this_machines_own(tool: ModuleType) -> None:
    listed = (
        "http://mirror.example/debian/|bookworm|main\n"
        "http://mirror.example/debian/|bookworm-updates|main\n"
        "http://mirror.example/debian/|bookworm|contrib\n"
        "http://mirror.example/security/|bookworm-security|main\n"
        "http://elsewhere.example/|stable|main\n"
    )
    assert tool.archives(listed, "bookworm", "trixie") == [
        "deb http://mirror.example/debian/ trixie main",
        "deb http://mirror.example/debian/ trixie-updates main",
        "deb http://mirror.example/security/ trixie-security main",
    ]
    assert tool.archives("http://elsewhere.example/|stable|main\n", "bookworm", "trixie") == []


def test_folders_of_pip_come_along(tool: ModuleType, tmp_path: Path) -> None:
    for name in ("wheels", "index/simple", "index/files"):
        (tmp_path / name).mkdir(parents=True)
    text = (
        f"[global]\nfind-links = {tmp_path}/wheels\n"
        f"extra-index-url = https://pypi.example/simple file://{tmp_path}/index/simple\n"
        f"cert = {tmp_path}/gone.crt\nPIP_FIND_LINKS={tmp_path}/wheels\nroot = /\n"
    )
    assert tool.local_folders(text) == {tmp_path / "wheels", tmp_path / "index"}


@pytest.mark.parametrize(
    "said, packages",
    [
        ("Missing.\n  apt-get install clang llvm\nmake: *** [tools] Error 2\n", ["clang", "llvm"]),
        ("apt-get install g++-12\n", ["g++-12"]),
        ("make: *** [tools] Error 2\n", []),
        ("apt-get install $(reboot)\n", []),
    ],
)
def test_what_is_asked_for_is_installed(tool: ModuleType, said: str, packages: list[str]) -> None:
    assert tool.asked_for(said) == packages


@pytest.mark.parametrize("arguments", [[], ["debian-11"], ["/"]])
def test_other_machines_are_not_made(arguments: list[str]) -> None:
    run = subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "debian-12|debian-13" in run.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may make machines")
def test_without_root_nothing_is_begun() -> None:
    run = subprocess.run([TOOL, "debian-12"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "needs root" in run.stderr
