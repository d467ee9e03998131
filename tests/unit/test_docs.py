# SPDX-License-Identifier: Apache-2.0
"""What the README and its like name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstop.cli._main import _COMMANDS
from support.command import ROOT

PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_files_that_the_commands_name_exist() -> None:
    named = re.findall(r"\b(?:corpus|fuzz|native)/[\w./*-]+", README)
    named = [name.rstrip(".") for name in named if "<" not in name and "/toy" not in name]
    assert len(named) > 3
    assert [name for name in named if not list(ROOT.glob(name))] == []


def test_commands_that_it_names_exist() -> None:
    commands = set(re.findall(r"groundstop ([a-z-]+)\b", README)) - {"import"}
    assert {"gate", "incident", "repro"} <= commands
    assert commands <= set(_COMMANDS)


def test_make_targets_that_it_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for name in re.findall(r"^make ([a-z-]+)", README, re.MULTILINE):
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name
