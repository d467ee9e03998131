# SPDX-License-Identifier: Apache-2.0
"""The bench measures real contenders on a real core; who wins is not a test's business."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from groundstop.bench._contenders import WITHOUT_ORACLES, Contender, contenders
from groundstop.bench._program import start_words
from groundstop.campaign import sanitizer_options
from groundstop.config import find_project
from groundstop.corpus import compiled_seeds
from groundstop.model import Release, Sanitizer
from groundstop.target import load_target
from support.campaigns import wait_for
from support.command import COMMAND, groundstop
from support.toy import make_toy

pytestmark = pytest.mark.slow


def test_every_contender_is_measured_and_drawn(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    run = groundstop("bench", "toy", "--seconds", "2", "--trials", "2", "--json", cwd=project)
    assert run.status == 0, run.output
    document = json.loads(run.stdout)
    contenders = {c["name"]: c for c in document["contenders"]}
    wanted = {"groundstop", WITHOUT_ORACLES, "native", "libFuzzer", "Atheris + cffi"}
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
    run = groundstop("bench", "--seconds", "10", "--trials", "3", "--only", "native", "--json")
    assert run.status == 0, run.output
    ours = next(c for c in json.loads(run.stdout)["contenders"] if c["name"] == "groundstop")
    assert any(seconds is not None for seconds in ours["seconds_to_finding"])


def test_one_that_finds_something_goes_on(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    source = project / "toy.c"
    text = source.read_text()
    dies = '\tif (size > 2 && memcmp(data, "BAD", 3) == 0)\n\t\t__builtin_trap();\n\treturn 0;'
    assert "\treturn 0;" in text
    source.write_text(text.replace("\treturn 0;", dies))
    (project / "corpus" / "toy" / "seeds" / "near").write_bytes(b"BAE")
    bench = ("bench", "toy", "--seconds", "10", "--trials", "1", "--only", "native", "--json")
    run = groundstop(*bench, cwd=project)
    assert run.status == 0, run.output
    document = json.loads(run.stdout)
    for contender in document["contenders"]:
        assert min(contender["inputs_per_second"]) > 0
        times = [seconds for seconds, _ in contender["edges"][0]]
        assert times == sorted(times)
        # It dies within some thousand inputs, each time.
        assert min(contender["runs"]) > 1


def fuzzers_below(folder: Path) -> list[int]:
    """The processes that were told of a folder below this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(folder) in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def test_no_fuzzer_outlives_a_bench_that_is_killed(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    words = [str(COMMAND), "bench", "toy", "--seconds", "600", "--only", "native"]
    bench = subprocess.Popen(words, cwd=project, stderr=subprocess.DEVNULL)
    trials = project / ".groundstop" / "runs"
    try:
        # The driver's numbers are there from the first input on.
        assert wait_for(lambda: any(trials.rglob("stats")))
        assert fuzzers_below(trials)
    finally:
        bench.kill()
        bench.wait()
    assert wait_for(lambda: not fuzzers_below(trials))


def words_of(contender: Contender, seeds: Path, folder: Path) -> list[str]:
    """What libFuzzer says of the first inputs, without what goes by the clock."""
    variable, options = sanitizer_options(Sanitizer.ADDRESS)
    shutil.copytree(seeds, folder)
    flags = ["-runs=8000", "-seed=7", "-reload=0", "-detect_leaks=0"]
    run = subprocess.run(
        [*start_words(), *contender.command, *flags, str(folder)],
        env={**os.environ, variable: options, **contender.environment},
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    lines = [line for line in run.stderr.splitlines() if re.match(r"#\d+\s+(?!pulse)", line)]
    return [re.sub(r"exec/s: \d+ rss: \d+Mb", "", line) for line in lines]


def test_the_native_program_runs_the_same_inputs(tmp_path: Path) -> None:
    # What makes inputs per second comparable.
    project = find_project()
    target = load_target(project, "channel")
    seeds = compiled_seeds(target, project)
    words = {
        contender.name: words_of(contender, seeds, tmp_path / str(index))
        for index, contender in enumerate(contenders(target, Release("7.15"), project))
        if contender.name in {WITHOUT_ORACLES, "native"}
    }
    assert len(words["native"]) > 500
    assert words[WITHOUT_ORACLES] == words["native"]
