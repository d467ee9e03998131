# SPDX-License-Identifier: Apache-2.0
"""The driver, under real Atheris: every input goes to the core, Python sees what it should."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from groundstop import native
from groundstop.native._ffi import write_abi
from support.engine import EngineProject


def test_what_python_calls_is_what_it_declares(tmp_path: Path) -> None:
    """A start has no time to parse C: what came of it is kept, and must not be stale."""
    write_abi(tmp_path / "made.py")
    kept = Path(native.__file__).with_name("_abi.py")
    assert kept.read_text() == (tmp_path / "made.py").read_text(), (
        "run: python -m groundstop.native._ffi"
    )


def test_the_core_gets_every_input_and_python_a_sample(project: EngineProject) -> None:
    project.seed("magic", b"MAGICabc", b"MAGIabcd")
    run = project.run("magic", "-runs=100000")
    assert run.status == 0, run.output
    assert "Done 100000 runs" in run.output
    # The driver's count is libFuzzer's: every input, and none twice.
    assert run.inputs == 100000
    # The core's own count says that the driver's is not made up.
    assert "entry: call 5000" in run.output
    assert 0 < run.stats["python_calls"] < run.inputs / 3
    assert min(run.stats[stage] for stage in ("rejected", "loaded", "evaluated")) > 0
    assert run.stats["not_kept"] == run.stats["rejected"]
    assert run.stats["edges"] > 5
    assert "no interesting inputs" not in run.output
    assert "WARNING" not in run.output


def test_python_is_never_called_with_a_share_of_nothing(project: EngineProject) -> None:
    project.seed("seven", b"MAGIabcdefg")
    run = project.run("seven", "-runs=20000", "--share=0")
    assert run.status == 0, run.output
    assert run.inputs == 20000
    assert run.stats["python_calls"] == 0


@pytest.mark.parametrize(
    "unit, words",
    [
        (b"MAGIX", "core: an X"),
        (b"MAGIW", "core: an evaluation spends 2 fuel more than it may (in all 15 of 20, 5 bytes)"),
    ],
)
def test_what_the_core_finds_itself_is_shown_whatever_the_share(
    project: EngineProject, unit: bytes, words: str
) -> None:
    folder = project.seed("alarming", b"MAGI", b"MAGIC")
    quiet = project.run("alarming", "-runs=0", "--share=0", folder)
    assert quiet.status == 0, quiet.output
    assert quiet.inputs == 3
    assert quiet.stats["python_calls"] == 0
    (folder / "alarm").write_bytes(unit)
    loud = project.run("alarming", "-runs=0", "--share=0", folder)
    assert loud.status == 77, loud.output
    assert words in loud.output
    assert [path.read_bytes() for path in project.findings("alarming")] == [unit]


def test_python_is_called_for_every_input_with_a_share_of_all(project: EngineProject) -> None:
    project.seed("magic", b"MAGICabc")
    run = project.run("magic", "-runs=3000", "--share=1")
    assert run.status == 0, run.output
    assert run.stats["python_calls"] == run.inputs == 3000


def test_every_new_outcome_is_shown_to_python_once(project: EngineProject) -> None:
    letters = [b"MAGI" + b"a" * count for count in range(6)]
    seeds = project.seed("magic", *letters)
    # So small a share that no sample is taken: what remains are the new outcomes.
    first = project.run("magic", "-runs=0", "--share=0.000001", seeds)
    # The six, and the empty input with which libFuzzer begins.
    assert first.stats["digests"] == first.stats["python_calls"] == 7
    stats = {"GROUNDSTOP_STATS": str(project.root / "stats")}
    again = project.run("magic", "-runs=0", "--share=0.000001", seeds, **stats)
    # The file is shared: another process of the campaign asks nothing twice.
    assert again.stats["processes"] == 2
    assert again.stats["python_calls"] == 7


def test_python_sees_what_the_core_reported(project: EngineProject) -> None:
    # The oracle of `magic` compares returned value, stage, outcome and elements.
    project.seed("magic", b"MAGICabc", b"MAGIx1y2z3", b"MAG", b"")
    run = project.run("magic", "-runs=2000", "--share=1")
    assert run.status == 0, run.output


def test_a_finding_of_an_oracle_is_stored(project: EngineProject) -> None:
    project.seed("seven", b"MAGIabcdef")
    run = project.run("seven", "-runs=1000000", "-seed=1")
    assert run.status == 77, run.output
    assert "no-seven: seven letters" in run.output
    (unit, note) = sorted(
        (project.root / ".groundstop" / "findings" / "seven" / "address").iterdir()
    )
    data = unit.read_bytes()
    assert data.startswith(b"MAGI")
    assert unit.name == f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"
    assert note.name == f"{unit.name}.oracle"
    assert note.read_text() == "no-seven: seven letters\n"
    # And it shows again when run alone.
    assert project.run("seven", unit).status == 77


def test_what_an_oracle_runs_does_not_count_as_coverage(project: EngineProject) -> None:
    seeds = project.seed("another", b"MAGI")
    with_oracle = project.run("another", "-runs=0", "--share=1", seeds)
    without = project.run("another", "-runs=0", "--share=0", seeds)
    assert with_oracle.stats["python_calls"] > 0, with_oracle.output
    assert status_line(with_oracle.output) == status_line(without.output)


def status_line(output: str) -> str:
    """Edges and features after the seeds were loaded."""
    (line,) = [line for line in output.splitlines() if "INITED" in line]
    assert "cov:" in line
    return line.partition(" corp:")[0]


def test_content_coverage_steers_the_fuzzer_where_it_is_asked_to(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    arguments = ("-runs=20000", "-seed=1", "-max_len=16", "--share=0")
    plain = project.run("magic", *arguments, GROUNDSTOP_CONTENT_COUNTERS="0")
    assert plain.status == 0, plain.output
    kept = reported(project.evolved("magic"))
    steered = project.run("magic", *arguments, GROUNDSTOP_CONTENT_COUNTERS="1")
    assert steered.status == 0, steered.output
    # No edge tells these apart: 0 to 8 letters, each with an odd and an even size.
    assert len(reported(project.evolved("magic"))) == 18 > 2 * len(kept)
    # Content is no edge of the core, and not counted as one.
    assert steered.stats["edges"] == plain.stats["edges"]


def reported(units: set[bytes]) -> set[tuple[int, int]]:
    """The elements that the core of `magic` reports for these."""
    return {(sum(97 <= byte <= 122 for byte in unit[4:12]), len(unit) % 2) for unit in units}


@pytest.mark.parametrize("name", ["overread", "emptyread"])
def test_a_read_of_one_byte_too_many_is_found(project: EngineProject, name: str) -> None:
    # `emptyread` reads the first byte of an input that has none.
    run = project.run(name, "-runs=10000", "-max_len=64")
    assert run.status == 77, run.output
    assert "heap-buffer-overflow" in run.output
    assert "READ of size 1" in run.output
    assert "in reading_entry" in run.output
    assert len(project.findings(name)) == 1


def test_an_input_that_is_not_to_be_kept_is_not_kept(project: EngineProject) -> None:
    project.seed("magic", b"MAGI", b"junk")
    run = project.run("magic", "-runs=30000")
    assert run.stats["not_kept"] > 0
    kept = project.evolved("magic")
    assert kept
    assert {unit[:4] for unit in kept} == {b"MAGI"}


def test_atheris_takes_no_input_for_hung_that_is_not(project: EngineProject) -> None:
    """Its own alarm measures from its last call, and Python is called but once here."""
    seeds = project.seed("hanging", b"MAGICabc")
    run = project.run(
        "hanging", "-max_total_time=5", "-timeout=2", "--share=0.000001", "-max_len=3", seeds
    )
    assert run.status == 0, run.output
    assert 0 < run.stats["python_calls"] < 20


def test_an_oracle_that_takes_its_time_is_no_input_that_hangs(project: EngineProject) -> None:
    run = project.run("slow", "-runs=1000", "-timeout=2", project.seed("slow", b"MAGICabc"))
    assert run.status == 0, run.output
    assert run.stats["python_ns"] > 5e9
    assert project.findings("slow") == []


def test_an_input_that_hangs_is_found(project: EngineProject) -> None:
    hung = project.root / "hung"
    hung.write_bytes(b"MAGIH")
    seeds = project.seed("hanging", b"MAGICabc", b"MAGIH")
    run = project.run("hanging", "-runs=100", "-timeout=1", seeds)
    assert run.status == 70, run.output
    (unit,) = project.findings("hanging")
    assert unit.name.startswith("timeout-")
    assert unit.read_bytes() == b"MAGIH"


def test_numbers_survive_the_death_of_the_process(project: EngineProject) -> None:
    project.seed("overflow", b"MAGI", b"MAGIBUBU")
    run = project.run("overflow", "-runs=100")
    assert run.status == 77, run.output
    # The empty input, a seed, and the one that killed it does not count any more.
    assert run.inputs == 2
