# SPDX-License-Identifier: Apache-2.0
"""`make` as people type it, in a copy of what it touches."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from support.command import ROOT

KEPT = (
    ".groundstop/findings/channel/0123456789abcdef/input",
    ".groundstop/findings/channel/7.15-address/crash-0123",  # nobody looked at it yet
    ".groundstop/campaigns/channel.json",
    ".groundstop/logs/channel.log",
    ".groundstop/reports/channel.html",
    ".groundstop/bench/channel.png",
    ".groundstop/runs/channel.1/units/0123",  # a killed campaign's
    ".groundstop/examples/yara/yara_python-4.5.4/setup.py",  # needs the network
    ".groundstop/properties/stored/address/crash-0123",
    ".hypothesis/examples/0123/4567",
    "corpus/channel/evolved/0123",
)
MADE_AGAIN = (
    ".groundstop/build/core-address-0123/libcore.so",
    ".groundstop/formats/channel.dict",
    ".groundstop/seeds/channel/one",
    ".venv/bin/python",
    ".mypy_cache/one",
    "harness/__pycache__/one.pyc",
)


def test_clean_removes_only_what_can_be_made_again(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (*KEPT, *MADE_AGAIN):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=True)
    assert [name for name in KEPT if not (tmp_path / name).exists()] == []
    assert [name for name in MADE_AGAIN if (tmp_path / name).exists()] == []
