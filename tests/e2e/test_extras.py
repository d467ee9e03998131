# SPDX-License-Identifier: Apache-2.0
"""Extras that are not installed are asked for before anything is run."""

from __future__ import annotations

from pathlib import Path

from support.command import groundstop
from support.toy import make_toy

# Python imports it at every start: the process then finds no such distribution.
HIDING = """\
import importlib.metadata
found = importlib.metadata.distribution
def distribution(name):
    if name == "matplotlib":
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)
importlib.metadata.distribution = distribution
"""


def test_a_bench_without_its_extra_runs_nothing(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(HIDING)
    run = groundstop("bench", "toy", "--seconds", "1", cwd=project, PYTHONPATH=str(hiding))
    assert run.status == 2
    assert "matplotlib>=" in run.stderr
    assert "scipy" not in run.stderr
    assert "inputs/s" not in run.output
    assert not (project / ".groundstop").exists()
