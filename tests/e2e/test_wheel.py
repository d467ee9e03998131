# SPDX-License-Identifier: Apache-2.0
"""The wheel, installed in an environment of its own, works in somebody else's folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.toy import make_toy

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Nothing of this checkout or its environment may help.
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("groundstop-*.whl")
    return found


def test_the_c_sources_travel_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"groundstop/py.typed", "groundstop/_native/include/groundstop.h"} <= names
    for part in ("driver", "mutator", "channel"):
        sources = {p.name for p in (ROOT / "native" / part).glob("*.[ch]")}
        carried = {
            n.rpartition("/")[2] for n in names if n.startswith(f"groundstop/_native/{part}/")
        }
        assert sources <= carried


def test_a_project_elsewhere_is_fuzzed(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    python = environment / "bin" / "python"
    assert run(sys.executable, "-m", "venv", environment, cwd=tmp_path).returncode == 0
    installed = run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    # What is installed is not written to, as where the system's administrator installed it.
    (package,) = environment.glob("lib/python*/site-packages/groundstop")
    before = {path: path.stat().st_mtime_ns for path in package.rglob("*") if path.is_file()}
    project = make_toy(tmp_path / "toy", reads_past_its_input=True)
    command = environment / "bin" / "groundstop"
    doctor = run(command, "doctor", cwd=project)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    fuzz = run(command, "fuzz", "toy", "--seconds", "300", "--stop", cwd=project)
    assert fuzz.returncode == 1, fuzz.stdout + fuzz.stderr
    assert "heap-buffer-overflow" in fuzz.stdout
    after = {path: path.stat().st_mtime_ns for path in package.rglob("*") if path.is_file()}
    assert {p: t for p, t in after.items() if p.suffix != ".pyc"} == {
        p: t for p, t in before.items() if p.suffix != ".pyc"
    }
