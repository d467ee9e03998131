# SPDX-License-Identifier: Apache-2.0
"""The bench measures real contenders on a real core; who wins is not a test's business."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from groundstop.bench._contenders import Contender, contenders
from groundstop.bench._trial import fixed_addresses
from groundstop.campaign import sanitizer_options
from groundstop.config import find_project
from groundstop.corpus import compiled_seeds
from groundstop.model import Release, Sanitizer
from groundstop.target import load_target
from support.command import groundstop
from support.toy import make_toy

pytestmark = pytest.mark.slow


def test_every_contender_is_measured_and_drawn(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    run = groundstop("bench", "toy", "--seconds", "2", "--trials", "2", "--json", cwd=project)
    assert run.status == 0, run.output
    document = json.loads(run.stdout)
    contenders = {c["name"]: c for c in document["contenders"]}
    wanted = {"groundstop", "groundstop, no oracles", "native", "libFuzzer", "Atheris + cffi"}
    assert wanted <= set(contenders)
    for contender in contenders.values():
        assert len(contender["inputs_per_second"]) == 2
        assert min(contender["inputs_per_second"]) > 0
        assert contender["ratio_of_ours"] > 0
    assert contenders["groundstop"]["ratio_of_ours"] == 1
    assert Path(document["picture"]).read_bytes().startswith(b"\x89PNG")


def test_a_contender_that_is_not_there_is_named(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    run = groundstop("bench", "toy", "--only", "honggfuzz", cwd=project)
    assert run.status == 2
    assert "no contender 'honggfuzz'" in run.output


def test_the_incident_is_found_by_ours_and_timed() -> None:
    run = groundstop("bench", "--seconds", "10", "--trials", "1", "--only", "native", "--json")
    assert run.status == 0, run.output
    ours = next(c for c in json.loads(run.stdout)["contenders"] if c["name"] == "groundstop")
    assert ours["seconds_to_finding"] != [None]


def edges_of_seeds(contender: Contender, corpus: Path) -> str:
    """How many edges libFuzzer says that the seeds cover."""
    variable, options = sanitizer_options(Sanitizer.ADDRESS)
    run = subprocess.run(
        [*fixed_addresses(), *contender.command, "-runs=0", "-detect_leaks=0", str(corpus)],
        env={**os.environ, variable: options, **contender.environment},
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    found = re.search(r"INITED cov: (\d+)", run.stderr)
    assert found is not None, run.stderr
    return found[1]


def test_the_native_program_counts_the_same_edges() -> None:
    # The same core, and the same engine: what makes inputs per second comparable.
    project = find_project()
    target = load_target(project, "channel")
    seeds = compiled_seeds(target, project)
    edges = {
        contender.name: edges_of_seeds(contender, seeds)
        for contender in contenders(target, Release("7.15"), project)
        if contender.name in {"groundstop", "native"}
    }
    assert int(edges["native"]) > 400
    assert edges["groundstop"] == edges["native"]
