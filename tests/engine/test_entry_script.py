# SPDX-License-Identifier: Apache-2.0
"""An entry script works on its own project, wherever and however it is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.toy import make_toy

# A target whose sources were fetched into the project's state looks for that project.
LOOKS = """
from groundstop.config import find_project

assert find_project().root == HERE, find_project().root
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = make_toy(tmp_path_factory.mktemp("scripts") / "toy")
    target = project / "toy_target.py"
    target.write_text(target.read_text() + LOOKS)
    script = project / "fuzz" / "fuzz_toy.py"
    script.write_text(script.read_text().replace("/usr/bin/env python3", sys.executable))
    return project


@pytest.mark.parametrize("way", ["elsewhere", "relative", "link", "another project", "fork"])
def test_a_script_finds_its_own_project(toy: Path, tmp_path: Path, way: str) -> None:
    script, folder = toy / "fuzz" / "fuzz_toy.py", tmp_path
    if way == "relative":
        script = Path(os.path.relpath(script, folder))
    elif way == "link":
        (tmp_path / "link").symlink_to(script)
        script = tmp_path / "link"
    elif way == "another project":
        folder = make_toy(tmp_path / "another")
    flags = ["-fork=1", "-ignore_crashes=1"] if way == "fork" else []
    run = subprocess.run(
        [script, "-runs=10", *flags],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (toy / "corpus" / "toy" / "evolved").is_dir()
    assert not (folder / "corpus" / "toy" / "evolved").exists()
