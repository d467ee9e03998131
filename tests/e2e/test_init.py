# SPDX-License-Identifier: Apache-2.0
"""`groundstop init` writes a project that fuzzes at once, and takes nothing away from anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import groundstop


def make(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_empty_folder_becomes_a_project_that_fuzzes(tmp_path: Path) -> None:
    folder = tmp_path / "Toy-VM.3"
    folder.mkdir()
    run = groundstop("init", cwd=folder)
    assert run.status == 0, run.output
    fuzz = make("fuzz", "SECONDS=3", cwd=folder)
    assert fuzz.returncode == 0, fuzz.stdout + fuzz.stderr
    assert "evaluated" in fuzz.stdout
    assert list((folder / "corpus" / "toy_vm_3" / "evolved").iterdir())
    script = subprocess.run(
        [sys.executable, "fuzz/fuzz_toy_vm_3.py", "-runs=1000"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert script.returncode == 0, script.stderr
    assert "Done 1000 runs" in script.stderr
    again = groundstop("init", cwd=folder)
    assert again.status == 2
    assert "a Groundstop project already" in again.output


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "theirs"\nversion = "1"')
    (tmp_path / "Makefile").write_text("all:\n\tcc vm.c\n\nfuzz:\n\techo theirs\n")
    (tmp_path / "fuzz").mkdir()
    (tmp_path / "fuzz" / "vm_entry.c").write_text("/* theirs */\n")
    run = groundstop("init", "vm", cwd=tmp_path)
    assert run.status == 0, run.output
    assert "written     fuzz/vm.py" in run.stdout
    assert "added to    pyproject.toml" in run.stdout
    assert "left alone  Makefile" in run.stdout
    assert "left alone  fuzz/vm_entry.c" in run.stdout
    assert (tmp_path / "pyproject.toml").read_text().startswith('[project]\nname = "theirs"')
    assert (tmp_path / "Makefile").read_text().count("fuzz:") == 1
    assert (tmp_path / "fuzz" / "vm_entry.c").read_text() == "/* theirs */\n"
    listed = groundstop("list", cwd=tmp_path)
    assert listed.status == 0, listed.output
    assert "vm" in listed.stdout


@pytest.mark.parametrize("name", ["Vm", "7vm", "a-b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    run = groundstop("init", name, cwd=tmp_path)
    assert run.status == 2
    assert "cannot name a target" in run.output
    assert not list(tmp_path.iterdir())
