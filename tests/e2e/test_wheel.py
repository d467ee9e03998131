# SPDX-License-Identifier: Apache-2.0
"""The wheel, installed in an environment of its own, works in somebody else's folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from support.command import groundstop
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


@pytest.fixture(scope="module")
def scaffolded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scaffolded")
    (folder / "pyproject.toml").write_text('[tool.groundstop]\ncorpus = "kept"\n')
    run = groundstop("init", "vm", cwd=folder)
    assert run.status == 0, run.output
    return folder


def steps(project: Path) -> list[dict[str, object]]:
    text = (project / ".github" / "workflows" / "groundstop.yml").read_text()
    (job,) = yaml.safe_load(text)["jobs"].values()
    found = job["steps"]
    assert isinstance(found, list)
    return found


def test_the_wheel_that_init_writes_is_the_one_that_a_build_makes(
    wheel: Path, scaffolded: Path
) -> None:
    (written,) = (scaffolded / ".github" / "groundstop").iterdir()
    assert written.name == wheel.name

    def contents(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            # An editable installation's METADATA is as old as the installation.
            apart = ("/RECORD", "/METADATA")
            return {n: archive.read(n) for n in archive.namelist() if not n.endswith(apart)}

    ours, built = contents(written), contents(wheel)
    assert ours.keys() == built.keys()
    assert [name for name in ours if ours[name] != built[name]] == []


def test_the_workflow_runs_with_nothing_of_this_checkout(scaffolded: Path, tmp_path: Path) -> None:
    python = tmp_path / "environment" / "bin"
    made = run(sys.executable, "-m", "venv", python.parent, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    lines = [str(step["run"]) for step in steps(scaffolded) if "run" in step]
    assert lines[0].startswith("sudo apt-get")
    for line in lines[1:]:
        shell = re.sub(r"\$\{\{.*?\}\}", "5", line)
        done = run("sh", "-c", f"PATH={python}:$PATH; {shell}", cwd=scaffolded)
        assert done.returncode == 0, f"$ {shell}\n{done.stdout}{done.stderr}"
    assert [line for line in lines if "groundstop gate" in line]
    assert [line for line in lines if "groundstop fuzz vm" in line]
    assert list((scaffolded / "kept" / "vm" / "evolved").iterdir())


def test_nobody_is_told_to_install_by_a_name_that_is_not_ours() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    by_name = re.compile(r"pip3? install (?:-\S+ )*[\"']?groundstop\b(?![/-])")
    texts = {
        name: (ROOT / name).read_text(errors="replace")
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file() and not name.startswith("tests/")
    }
    assert by_name.search("run: pip install groundstop")
    assert [name for name, text in texts.items() if by_name.search(text)] == []


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
