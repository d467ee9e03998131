# SPDX-License-Identifier: Apache-2.0
"""Entry scripts by hand: each of libFuzzer's modes does its work, not only ends with 0.

libFuzzer starts the script again through sh for most of them; where that fails it says
nothing, keeps nothing, and covers nothing (docs/engine-notes.md 5).
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.campaign import prepare, variant_of
from groundstop.config import find_project
from groundstop.model import Sanitizer
from groundstop.target import load_target
from groundstop.toolchain import find_compiler
from support.engine import MUTATOR, EngineProject

ROOT = Path(__file__).resolve().parents[2]


def test_fork_finds_units_and_steps_over_crashes(project: EngineProject) -> None:
    project.seed("overflow", b"MAGI", b"MAGIBU--")
    run = project.run("overflow", "-fork=2", "-ignore_crashes=1", "-runs=50000")
    # The seed that kills does not end it, and more than the seed was found.
    assert run.stats["processes"] >= 4, run.output
    assert run.stats["edges"] > 5
    assert run.stats["evaluated"] > 0
    kept = project.evolved("overflow")
    assert len(kept) > 1
    # Where it fails every job dies at once; here they ran.
    assert run.inputs > 1000


def test_merge_keeps_one_unit_of_each_kind(project: EngineProject) -> None:
    units = project.root / "units"
    merged = project.root / "merged"
    units.mkdir()
    merged.mkdir()
    for number in range(30):
        (units / f"same{number}").write_bytes(b"MAGI" + bytes([200 + number]))
    (units / "other").write_bytes(b"MAGICabc")
    run = project.run("magic", "-merge=1", merged, units)
    assert run.status == 0, run.output
    kept = {path.read_bytes() for path in merged.iterdir()}
    assert b"MAGICabc" in kept
    assert 2 <= len(kept) <= 4


def test_minimize_crash_makes_it_small(project: EngineProject) -> None:
    crash = project.root / "crash"
    crash.write_bytes(b"MAGIBU" + b"x" * 10)
    small = project.root / "small"
    run = project.run(
        "overflow",
        "-minimize_crash=1",
        "-runs=20000",
        f"-exact_artifact_path={small}",
        crash,
        ASAN_OPTIONS="symbolize=0",
    )
    assert "CRASH_MIN" in run.output
    # Six bytes reach the overflow, and writing six into four is one.
    assert small.read_bytes() == b"MAGIBU", run.output


@pytest.mark.slow
def test_minimize_crash_works_on_what_an_oracle_finds(project: EngineProject) -> None:
    found = project.root / "found"
    found.write_bytes(b"MAGIabcdefg" + b"." * 10)
    small = project.root / "small"
    run = project.run(
        "seven",
        "-minimize_crash=1",
        "-runs=2000",
        f"-exact_artifact_path={small}",
        found,
        GROUNDSTOP_STATS="",
        ASAN_OPTIONS="symbolize=0",
    )
    data = small.read_bytes()
    assert len(data) < 21, run.output
    assert sum(97 <= byte <= 122 for byte in data[4:12]) == 7


def test_jobs_each_run_to_their_end(project: EngineProject) -> None:
    project.seed("magic", b"MAGICabc")
    run = project.run("magic", "-jobs=2", "-workers=2", "-runs=3000")
    assert run.status == 0, run.output
    for number in range(2):
        log = (project.root / f"fuzz-{number}.log").read_text()
        assert "Done 3000 runs" in log
        assert re.search(r"DONE +cov: [1-9]", log)
    assert run.inputs >= 6000


def test_a_mutator_is_found_and_used(project: EngineProject) -> None:
    """`atheris.Setup(custom_mutator=…)` would be ignored here (docs/engine-notes.md 2)."""
    source = project.root / "mutator.c"
    source.write_text(MUTATOR)
    library = project.root / "mutator.so"
    command = [*find_compiler().command, "-shared", "-fPIC", str(source), "-o", str(library)]
    subprocess.run(command, check=True)
    made = find_project(project.root)
    target = load_target(made, "magic")
    variant = variant_of(target, None, Sanitizer.ADDRESS)
    launch = dataclasses.replace(
        prepare(target, made, variant, scratch=project.root), mutator=library
    )
    units = project.root / "units"
    units.mkdir()
    (units / "seed").write_bytes(b"MAGI")
    run = subprocess.run(
        [project.script("magic"), "-runs=1000", "-max_len=64", units],
        env=launch.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "found LLVMFuzzerCustomMutator" in run.stderr
    assert "MAGICmutt" in {path.read_bytes().decode() for path in units.iterdir()}


# What a process imports of ours before its first input; with an oracle asked it may be more.
START = {
    "groundstop",
    "groundstop.campaign",
    "groundstop.campaign._engine",
    "groundstop.campaign._main",
    "groundstop.native",
    "groundstop.native._abi",
    "groundstop.native._core",
    "groundstop.native._driver",
    "groundstop.native._load",
}


def test_a_process_that_fuzzes_imports_nothing_it_can_do_without(project: EngineProject) -> None:
    """A core that dies all the time has one started for every few inputs."""
    before = imported(project, share=0.0)
    assert {name for name in before if name.partition(".")[0] == "groundstop"} == START
    assert "atheris.native" in before
    heavy = {"atheris.instrument_bytecode", "hypothesis", "inspect", "pathlib", "tomllib"}
    assert not before & (heavy | {"cffi", "pycparser", "cores"}) - brought_by_python()
    asked = imported(project, share=1.0)
    # It would be seen here; C is not parsed even now.
    assert {"groundstop.campaign._judge", "cores", "pathlib"} <= asked
    assert not asked & {"cffi", "pycparser", "hypothesis"}


def brought_by_python() -> set[str]:
    """What this installation of Python imports whatever it is to do."""
    code = "import sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def imported(project: EngineProject, share: float) -> set[str]:
    """The modules that a process imports for some inputs with this share for Python."""
    made = find_project(project.root)
    target = load_target(made, "magic")
    variant = variant_of(target, None, Sanitizer.ADDRESS)
    launch = prepare(target, made, variant, scratch=project.root, share=share)
    run = subprocess.run(
        [project.script("magic"), "-runs=10"],
        env={**launch.environment(), "PYTHONVERBOSE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Done 10 runs" in run.stderr
    return set(re.findall(r"^import '([\w.]+)'", run.stderr, re.MULTILINE))


CALLABLE = """\
#!{python}
import os
import sys
from pathlib import Path

from groundstop.campaign import fuzz_main
from groundstop.native import open_library

ENTRY = "int reading_entry(const uint8_t *data, size_t size);"


def run(data):
    # All of it, although the engine starts with a part.
    import atheris

    atheris.FuzzedDataProvider(data).ConsumeBool()
    atheris.instrument_func(run)
    library = open_library(Path(os.environ["GROUNDSTOP_CORE"]), ENTRY)
    if data[:1] != b"K":
        return -1
    if len(data) > 2:
        with library.exact(data) as pointer:
            library.functions.reading_entry(pointer, len(data))


fuzz_main("overread", sys.argv, run)
"""


def test_a_callable_in_python_gets_every_input(project: EngineProject) -> None:
    project.script("overread").write_text(CALLABLE.format(python=sys.executable))
    units = project.root / "units"
    units.mkdir()
    (units / "kept").write_bytes(b"K")
    (units / "not").write_bytes(b"n")
    quiet = project.run("overread", "-runs=200", "-max_len=2", units)
    assert quiet.status == 0, quiet.output
    assert quiet.stats["python_calls"] == quiet.inputs == 200
    assert 0 < quiet.stats["not_kept"] < 200
    # And what it hands to the core is exact.
    (units / "long").write_bytes(b"Kab")
    run = project.run("overread", "-runs=200", units)
    assert run.status == 77, run.output
    assert "heap-buffer-overflow" in run.output


def test_the_script_finds_the_virtual_environment(project: EngineProject) -> None:
    """`./fuzz_channel.py` in a shell in which nothing is activated."""
    text = (ROOT / "fuzz" / "fuzz_channel.py").read_text()
    assert text.startswith("#!/usr/bin/env python3\n")
    assert len(text.splitlines()) <= 40
    assert os.access(ROOT / "fuzz" / "fuzz_channel.py", os.X_OK)
    project.script("magic").write_text(text.replace('"channel"', '"magic"'))
    project.seed("magic", b"MAGICabc")
    (project.root / ".venv").symlink_to(sys.prefix)
    bare = Path(sys.base_prefix) / "bin"
    run = subprocess.run(
        [project.script("magic"), "-fork=1", "-max_total_time=1"],
        env={"PATH": f"{bare}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"#[1-9]\d+: cov: [1-9]", run.stderr), run.stdout + run.stderr
    assert project.evolved("magic")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--relaese=7.11"], "--relaese=7.11: unknown; ours are --release="),
        (["--sanitizer=plain"], "a campaign runs with address or undefined"),
        (["--sanitizer=magic"], "'magic' is not a valid Sanitizer"),
        (["--share=x"], "could not convert string to float"),
        (["--release=9.99"], "magic has no release '9.99'"),
        (["--release=a b"], "is not a release"),
    ],
)
def test_a_wrong_option_is_one_message(
    project: EngineProject, arguments: list[str], message: str
) -> None:
    run = project.run("magic", *arguments)
    assert run.status == 2
    assert message in run.output
    assert len(run.output.splitlines()) == 1


def test_a_core_without_its_entry_point_is_one_message(project: EngineProject) -> None:
    run = project.run("broken", "-runs=1")
    assert run.status == 2
    assert "no entry point magic_entry" in run.output
    assert "Traceback" not in run.output


def test_a_script_that_cannot_be_started_again_is_told_so(project: EngineProject) -> None:
    script = project.script("magic")
    script.chmod(0o644)
    run = subprocess.run(
        [sys.executable, str(script), "-fork=1"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert f"chmod +x {script}" in run.stderr


def test_a_path_that_sh_would_take_apart_is_refused(project: EngineProject) -> None:
    run = project.run("magic", "-fork=1", "-max_total_time=1", "two words")
    assert run.status == 2
    assert "'two words': with -fork" in run.output


def test_what_a_run_leaves_behind_the_next_one_clears(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    runs = project.root / ".groundstop" / "runs"
    project.run("magic", "-runs=10")
    (first,) = runs.iterdir()
    project.run("magic", "-runs=10")
    (second,) = runs.iterdir()
    assert first != second


def test_an_option_of_ours_with_one_dash_is_no_flag_of_the_engines(project: EngineProject) -> None:
    # libFuzzer would warn of it, and another release be fuzzed than was asked for.
    run = project.run("magic", "-release=7.10", "-runs=10")
    assert run.status == 2
    assert "two dashes, --release=7.10" in run.output
