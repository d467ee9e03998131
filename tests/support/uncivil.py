# SPDX-License-Identifier: Apache-2.0
"""The target of cores/uncivil.c, and a project with a seed that brings its harm about."""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project, find_project
from groundstop.target import Core, Target
from support.libraries import share_builds
from support.replaying import CORES


def uncivil(harm: str, entry: str = "uncivil_entry") -> Target:
    core = Core(
        root=CORES,
        sources=("uncivil.c",),
        headers=(),
        entry=entry,
        cflags=(f"-DHARM='{harm}'",),
    )
    return Target("uncivil", core)


def uncivil_project(folder: Path) -> Project:
    """Make a project with one seed that brings the harm about, after one that does not."""
    share_builds(folder)
    (folder / "pyproject.toml").write_text("[tool.groundstop]\n")
    seeds = folder / "corpus" / "uncivil" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "a").write_bytes(b"a")
    (seeds / "x").write_bytes(b"Xyz")
    return find_project(folder)
