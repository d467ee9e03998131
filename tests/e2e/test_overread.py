# SPDX-License-Identifier: Apache-2.0
"""A core that reads one byte past its input, and nothing else: every path must report it.

A Python `bytes` of this size lies in an arena where such a read goes unnoticed; only an
exact-size buffer shows it (docs/engine-notes.md 4).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import groundstop
from support.toy import make_toy


@pytest.fixture(scope="module")
def overreading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy(tmp_path_factory.mktemp("overreading"), reads_past_its_input=True)


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy(tmp_path_factory.mktemp("careful"))


def test_fuzz_reports_it(overreading: Path) -> None:
    run = groundstop("fuzz", "toy", "--seconds", "300", "--stop", "--json", cwd=overreading)
    assert run.status == 1, run.output
    (finding,) = json.loads(run.stdout)["findings"]
    assert finding["kind"] == "heap-buffer-overflow"
    assert "toy_entry" in json.dumps(finding)


def test_replay_reports_it(overreading: Path) -> None:
    run = groundstop("repro", "corpus/toy/seeds/hello.bin", cwd=overreading)
    assert run.status == 1, run.output
    assert "heap-buffer-overflow" in run.output
    assert "toy_entry" in run.output


def test_the_gate_reports_it(overreading: Path) -> None:
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=overreading)
    assert run.status == 1, run.output
    assert "heap-buffer-overflow" in run.output


@pytest.mark.slow
def test_a_core_that_reads_what_it_was_given_passes_them_all(careful: Path) -> None:
    assert groundstop("fuzz", "toy", "--seconds", "2", cwd=careful).status == 0
    assert groundstop("repro", "corpus/toy/seeds/hello.bin", cwd=careful).status == 0
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=careful)
    assert run.status == 0, run.output


def test_python_may_be_given_no_time_at_all(careful: Path) -> None:
    run = groundstop("fuzz", "toy", "--seconds", "1", "--share", "0", cwd=careful)
    assert run.status == 0, run.output
    assert "0 inputs" in next(line for line in run.stdout.splitlines() if "python" in line)
    refused = groundstop("fuzz", "toy", "--share", "2", cwd=careful)
    assert refused.status == 2
    assert "--share" in refused.output
