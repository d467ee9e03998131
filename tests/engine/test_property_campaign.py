# SPDX-License-Identifier: Apache-2.0
"""One property, three drivers: pytest, a campaign, and its stored inputs as regressions."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.campaigns import wait_for
from support.command import COMMAND, Run, groundstop
from support.engine import read_stats
from support.replaying import STATE
from support.toy import make_toy

# Right but for one line, which a test puts in.
CORE = """\
#include <groundstop.h>

int toy_entry(const uint8_t *data, size_t size);

int toy_entry(const uint8_t *data, size_t size)
{
	volatile uint8_t sum = 0;
	uint8_t reported;

	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	if (size >= 2 && data[0] > data[1])
		DEFECT;
	reported = sum;
	groundstop_outcome(&reported, 1);
	return 0;
}
"""

RIGHT = "sum = sum"
WRONG_RESULT = "sum = (uint8_t)(sum ^ 1)"
OVERREAD = "sum = (uint8_t)(sum + data[size])"

PROPERTIES = """\
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.model import Sanitizer
from groundstop.properties import core

newest = core("toy")


@settings(deadline=None)
@given(data=st.binary())
def test_the_sum_is_right(data):
    assert newest.run(data).data == bytes([sum(data) % 256])


@settings(deadline=None, max_examples=10)
@given(data=st.binary(min_size=1))
def test_fresh_memory_does_not_matter(data):
    assert newest.run(data, fill=0).data == newest.run(data).data


@settings(deadline=None)
@given(data=st.binary())
def test_the_sources_change_meanwhile(data):
    (Path(__file__).parents[1] / "toy.c").write_text("#error")
    newest.run(data, fill=0)
    newest.run(data)


@given(data=st.binary())
def test_without_the_core(data):
    assert newest is not None
"""

STORED = """\
from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.properties import stored


@pytest.mark.parametrize("known", stored("toy", find_project(Path(__file__).parent)), ids=str)
def test_stored(known):
    known.run()
"""

LAW = "tests/test_toy.py::test_the_sum_is_right"
FOLDER = "corpus/toy/properties/test_toy.test_the_sum_is_right"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    root = make_toy(tmp_path / "toy")
    (root / "tests").mkdir()
    (root / "tests" / "test_toy.py").write_text(PROPERTIES)
    (root / "tests" / "test_stored.py").write_text(STORED)
    (root / ".groundstop").mkdir()
    # Compiled once for all tests.
    (STATE / "build").mkdir(parents=True, exist_ok=True)
    (root / ".groundstop" / "build").symlink_to(STATE / "build")
    plant(root, RIGHT)
    return root


def plant(root: Path, line: str) -> None:
    (root / "toy.c").write_text(CORE.replace("DEFECT", line))


def run_pytest(root: Path, *tests: str) -> Run:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests],
        cwd=root,
        env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(root / "hypothesis")},
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(run.returncode, run.stdout, run.stderr)


def fuzz_until(
    condition: Callable[[], bool], root: Path, *arguments: str
) -> tuple[int, dict[str, Any]]:
    """Fuzz, interrupt it once the condition has come true, and return its status and result."""
    command = [str(COMMAND), "fuzz", *arguments, "--seconds", "600", "--json"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        came = wait_for(condition)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=300)
    assert came, output
    result: dict[str, Any] = json.loads(output)
    return process.returncode, result


def evaluated(root: Path) -> int:
    """How many inputs the core has evaluated in campaigns that run."""
    files = (root / ".groundstop" / "runs").glob("*/stats")
    return sum(read_stats(file)["evaluated"] for file in files)


def inputs(root: Path) -> list[Path]:
    return [path for path in (root / FOLDER).glob("*") if re.fullmatch("[0-9a-f]{40}", path.name)]


def last_command(run: Run) -> list[str]:
    """The shell line at the end of what a command printed, without its first word."""
    words = run.stdout.rstrip().splitlines()[-1].split()
    assert words[0] == "groundstop", run.output
    return words[1:]


def test_all_three_drivers_find_the_same_planted_defect(toy: Path) -> None:
    plant(toy, WRONG_RESULT)
    fuzzed = groundstop("fuzz", LAW, "--seconds", "300", "--stop", "-q", cwd=toy)
    assert fuzzed.status == 1, fuzzed.output
    assert f"finding      property {LAW}: AssertionError" in fuzzed.stdout
    assert "Falsifying example: test_the_sum_is_right(\n" in fuzzed.stdout
    (file,) = inputs(toy)
    assert last_command(fuzzed) == ["repro", str(file.relative_to(toy))]
    known = tomllib.loads(file.with_name(f"{file.name}.finding.toml").read_text())
    assert known["oracle"] == LAW
    assert "Falsifying example: test_the_sum_is_right(\n    data=b" in known["what"]

    again = groundstop(*last_command(fuzzed), cwd=toy)
    assert again.status == 1, again.output
    assert re.search(r"Falsifying example: test_the_sum_is_right\(\n +data=b", again.stdout)
    assert last_command(again) == last_command(fuzzed)
    tested = run_pytest(toy, LAW, "tests/test_stored.py")
    # "Failing test case" or "Falsifying example", by Hypothesis' version.
    assert re.search(r"(case|example): test_the_sum_is_right\(", tested.stdout)
    assert f"{LAW} fails again" in tested.stdout
    assert tested.stdout.rstrip().splitlines()[-1].startswith("2 failed"), tested.output

    plant(toy, RIGHT)
    repaired = groundstop(*last_command(fuzzed), cwd=toy)
    assert repaired.status == 0, repaired.output
    assert f"{LAW} passes" in repaired.stdout
    tested = run_pytest(toy, LAW, "tests/test_stored.py")
    assert tested.stdout.rstrip().splitlines()[-1].startswith("2 passed"), tested.output


def test_a_planted_death_is_found_by_the_frames_of_the_core(toy: Path) -> None:
    plant(toy, OVERREAD)
    fuzzed = groundstop("fuzz", LAW, "--seconds", "300", "--stop", "--json", cwd=toy)
    assert fuzzed.status == 1, fuzzed.output
    (finding,) = json.loads(fuzzed.stdout)["findings"]
    assert finding["detail"] == "heap-buffer-overflow: READ of size 1"
    assert finding["frames"][0]["function"] == "toy_entry"
    (file,) = inputs(toy)
    again = groundstop("repro", file, cwd=toy)
    assert again.status == 1
    assert re.search(r"#0 0x[0-9a-f]+ in toy_entry .*toy\.c:14", again.stdout)


@pytest.mark.parametrize(
    "test, workers, sanitizer",
    [
        # The run with filled memory is one in a process apart, which counts for nothing.
        ("test_fresh_memory_does_not_matter", 1, "undefined"),
        ("test_the_sum_is_right", 2, "address"),
    ],
)
def test_a_campaign_is_guided_by_the_core(
    toy: Path, test: str, workers: int, sanitizer: str
) -> None:
    arguments = (f"tests/test_toy.py::{test}", "--workers", str(workers), "--sanitizer", sanitizer)
    status, result = fuzz_until(lambda: evaluated(toy) > 300, toy, *arguments)
    assert status == 0
    # Of the core alone: the loop, both branches.
    assert 4 <= result["edges"] < 30
    assert result["shares"]["evaluated"] > 0
    units = list((toy / f"corpus/toy/properties/test_toy.{test}/evolved").iterdir())
    assert len(units) == result["new_units"]
    if workers == 1:
        # Fork mode keeps only what covers more than the seeds did.
        assert units
    assert not (toy / "corpus" / "toy" / "evolved").exists()
    assert not list(toy.rglob(".hypothesis"))


def test_a_campaign_runs_what_was_built_for_it(toy: Path) -> None:
    law = "tests/test_toy.py::test_the_sources_change_meanwhile"
    run = groundstop("fuzz", law, "--seconds", "2", "-q", cwd=toy)
    assert run.status == 0, run.output


@pytest.mark.parametrize(
    "line, said",
    [
        ('groundstop_finding("a wrong sum")', "finding: a wrong sum"),
        pytest.param(
            "groundstop_fuel(7, 5)",
            "fuel: an evaluation spent 2 more than the core declares",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_the_core_itself_reports_fails_every_property(toy: Path, line: str, said: str) -> None:
    plant(toy, line)
    tested = run_pytest(toy, LAW)
    assert tested.status == 1
    assert f"AssertionError: {said}" in tested.stdout
    fuzzed = groundstop("fuzz", LAW, "--seconds", "300", "--stop", "--json", cwd=toy)
    (finding,) = json.loads(fuzzed.stdout)["findings"]
    assert finding["detail"] == f"AssertionError: {said}"


def test_a_property_that_never_calls_its_core_is_told_so(toy: Path) -> None:
    law = "tests/test_toy.py::test_without_the_core"
    run = groundstop("fuzz", law, "--seconds", "600", "-q", cwd=toy)
    assert run.status == 2, run.output
    assert len(run.stderr.splitlines()) == 2
    assert f"groundstop: {law} has not called its core for 1000 examples" in run.stderr


def test_a_campaign_goes_on_after_failures_and_loses_none_when_interrupted(toy: Path) -> None:
    plant(toy, WRONG_RESULT)
    # Units are written after all seeds have run, of which half fail.
    runs = toy / ".groundstop" / "runs"
    status, result = fuzz_until(lambda: any(runs.glob("*/units/*")), toy, LAW)
    assert status == 1
    assert result["interrupted"]
    assert len(result["findings"]) == len(inputs(toy)) == 1
    assert list((toy / ".groundstop" / "runs").iterdir()) == []
    log = Path(result["log"]).read_text()
    assert log.count("INFO: Using preloaded libfuzzer") == 1


def test_what_a_killed_campaign_stored_is_the_next_ones(toy: Path) -> None:
    plant(toy, WRONG_RESULT)
    folder = toy / ".groundstop" / "properties" / "toy" / "test_toy.test_the_sum_is_right"
    command = [str(COMMAND), "fuzz", LAW, "--seconds", "600", "-q"]
    with subprocess.Popen(command, cwd=toy, stdout=subprocess.DEVNULL) as process:
        came = wait_for(lambda: any(re.fullmatch(r"crash-\w+", p.name) for p in folder.glob("*/*")))
        process.kill()
    assert came
    listed = groundstop("findings", "list", cwd=toy)
    assert "address/crash-" in listed.stdout
    # What it has found the next one does not find by itself.
    plant(toy, RIGHT)
    again = groundstop("fuzz", LAW, "--seconds", "1", "--json", cwd=toy)
    assert again.status == 1, again.output
    findings = json.loads(again.stdout)["findings"]
    assert {(each["earlier"], each["reproduced"]) for each in findings} == {(True, False)}
    assert "crash-" not in groundstop("findings", "list", cwd=toy).stdout


@pytest.mark.parametrize(
    "name, message",
    [
        ("tests/test_toy.py", "is a file: write tests/test_toy.py::TEST with a Hypothesis test"),
        ("tests/none.py::test_x", "tests/none.py: no such file"),
    ],
)
def test_a_wrong_name_is_one_message(toy: Path, name: str, message: str) -> None:
    run = groundstop("fuzz", name, cwd=toy)
    assert run.status == 2
    assert message in run.stderr
    assert len(run.output.splitlines()) == 1
