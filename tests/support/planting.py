# SPDX-License-Identifier: Apache-2.0
"""A project with the core of planted defects, and testcases that have one each."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from groundstop.config import Project, find_project
from support.replaying import CORES, STATE

_PYPROJECT = """\
[tool.groundstop.targets]
planted = "planted_target:target"
breaking = "planted_target:breaking"
"""


def make_planted(folder: Path) -> Project:
    """Write the project into `folder`; its builds are made once for all tests."""
    shutil.copy(Path(__file__).with_name("planted_target.py"), folder)
    shutil.copy(CORES / "planted.c", folder)
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    (STATE / "build").mkdir(parents=True, exist_ok=True)
    (folder / ".groundstop").mkdir()
    (folder / ".groundstop" / "build").symlink_to(STATE / "build")
    # Each project is to import its own copy, which names that copy's folder as the core's.
    sys.modules.pop("planted_target", None)
    return find_project(folder)


def content(
    defect: str, values: bytes = b"\1\7\7\11", *, limit: int = 7, behind: bytes = b""
) -> bytes:
    """Return content that has a defect: a letter of cores/planted.c, `-` for none."""
    return b"P" + defect.encode() + bytes([limit, len(values)]) + values + behind


# By oracle, `core` for what the core itself says: what shows its defects.
PLANTED = {
    "core": {"quadratic fuel": content("Q", bytes(range(40)))},
    "memory": {
        "undefined behaviour": content("U", limit=200),
        "read behind the input": content("G"),
    },
    "accepted": {"content that is not valid": content("A", limit=0)},
    "model": {"off by one": content("M")},
    "releases": {"another answer": content("R"), "a death": content("X")},
    "determinism": {"fresh heap": content("H"), "fresh stack": content("S")},
    "allocation failure": {"leak": content("L"), "old content lost": content("O")},
    "round trip": {"undescribed bytes": content("T", behind=b"??")},
    "bounded work": {
        "deep recursion": content("D", limit=100),
    },
}
