# SPDX-License-Identifier: Apache-2.0
"""What a campaign reads in its processes' output, and what it shows."""

from __future__ import annotations

import io
import math
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from groundstop.bench import BenchOptions
from groundstop.campaign import (
    Artifact,
    CampaignDisplay,
    CampaignOptions,
    CampaignResult,
    Progress,
    summary_lines,
)
from groundstop.campaign._artifacts import ArtifactFolder
from groundstop.campaign._keep import keep_units, repair_corpus, try_folder
from groundstop.campaign._options import ScriptOptions
from groundstop.campaign._output import OutputReader
from groundstop.campaign._prepare import corpus_folders
from groundstop.campaign._rundir import RunDirectory, clear_dead_runs
from groundstop.campaign._stats import DriverStats, read_stats
from groundstop.config import Project
from groundstop.errors import CampaignError, InputError, ToolError
from groundstop.model import Sanitizer
from groundstop.target import Core, Target

PLAIN = """\
INFO: found LLVMFuzzerCustomMutator (0x7f1d3b53a100). Disabling -len_control by default.
#2	INITED cov: 9 ft: 10 corp: 1/14b exec/s: 0 rss: 75Mb
#4855	REDUCE cov: 12 ft: 34 corp: 21/301b lim: 357 exec/s: 0 rss: 65Mb L: 33/36 MS: 1 Erase-
#1048576	pulse  cov: 12 ft: 35 corp: 22/284b lim: 4096 exec/s: 524288 rss: 101Mb
==14443==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000014d97 at pc 0x7f28
READ of size 1 at 0x602000014d97 thread T0
    #0 0x7f28b40a4b64  (/tmp/libtoy.so+0x3b64)

SUMMARY: AddressSanitizer: heap-buffer-overflow (/tmp/libtoy.so+0x3b64) (BuildId: 5fb3518f)
artifact_prefix='/tmp/a/'; Test unit written to /tmp/a/crash-2f751f
Base64: TUFH
"""

FORK = """\
INFO: -fork=2: 19 seed inputs, starting to fuzz in /p/tmp/libFuzzerTemp.FuzzWithFork11053.dir
#637095: cov: 34 ft: 34 corp: 19 exec/s 318547 oom/timeout/crash: 1/2/3 time: 2s job: 1 dft_time: 0
#1420366: cov: 36 ft: 36 corp: 20 exec/s 261090 oom/timeout/crash: 1/2/4 time: 3s job: 2 dft_time: 0
"""

PYTHON = """\

 === Uncaught Python exception: ===
OracleFinding: no-seven: seven letters
Traceback (most recent call last):
  File "/p/_judge.py", line 53, in __call__
    raise OracleFinding(f"{oracle.name}: {judgement.message}")

==200== ERROR: libFuzzer: fuzz target exited
SUMMARY: libFuzzer: fuzz target exited
artifact_prefix='/tmp/a/'; Test unit written to /tmp/a/crash-3c
"""


def read(text: str) -> OutputReader:
    reader = OutputReader()
    for line in text.splitlines():
        reader.feed(line)
    return reader


def test_a_plain_run_is_read() -> None:
    reader = read(PLAIN)
    assert (reader.features, reader.corpus) == (35, 22)
    # It may go on until another process begins.
    assert reader.take_reports() == []
    reader.end_process()
    (report,) = reader.take_reports()
    assert report.summary == "AddressSanitizer: heap-buffer-overflow (/tmp/libtoy.so+0x3b64)"
    assert report.artifact == Path("/tmp/a/crash-2f751f")  # noqa: S108  (text, not a file)
    assert report.lines[0].startswith("==14443==ERROR")
    assert report.lines[-1] == "Base64: TUFH"


def test_fork_mode_is_read() -> None:
    reader = read(FORK)
    assert (reader.features, reader.corpus) == (36, 20)


def test_a_number_of_any_length_is_read() -> None:
    reader = read(
        f"#2\tINITED cov: 9 ft: {'9' * 5000} corp: 1/1b\n#3\tNEW cov: 9 ft: 7 corp: 1/1b\n"
    )
    assert reader.features == 7


def test_what_a_core_prints_without_end_is_kept_in_part() -> None:
    reader = read("==1== ERROR: AddressSanitizer: x\nTest unit written to /a/crash-1\n" * 1000)
    assert len(reader.take_reports()) < 100


def test_blanks_take_no_time_and_are_no_part_of_a_summary() -> None:
    # Of a pattern that tries each of them, a second for every such line.
    blanks = " " * 8000
    lines = f"#1:{blanks}x\nSUMMARY: y{blanks}x\n" * 200
    reader = read(f"==1== ERROR: x\nSUMMARY: y (BuildId: 12)  \n{lines}")
    reader.end_process()
    assert [report.summary for report in reader.take_reports()] == ["y"]


def test_an_exception_is_one_report_with_its_own_words() -> None:
    reader = read(PYTHON)
    reader.end_process()
    (report,) = reader.take_reports()
    assert report.summary == "OracleFinding: no-seven: seven letters"
    assert report.artifact is not None
    assert report.artifact.name == "crash-3c"


def test_two_findings_are_two_reports() -> None:
    reader = read(PLAIN + PYTHON)
    reader.end_process()
    reports = reader.take_reports()
    assert [report.artifact and report.artifact.name for report in reports] == [
        "crash-2f751f",
        "crash-3c",
    ]


def test_a_finding_stored_again_is_seen(tmp_path: Path) -> None:
    (tmp_path / "crash-1").write_bytes(b"a")
    (tmp_path / "crash-2").write_bytes(b"b")
    folder = ArtifactFolder(tmp_path)
    assert folder.count() == 0
    os.utime(tmp_path / "crash-2", (time.time() + 5, time.time() + 5))
    assert [artifact.path.name for artifact in folder.artifacts()] == ["crash-2"]


def test_a_broken_oracle_counts_and_ends_no_process(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    before = folder.stamps()
    (tmp_path / "broken-model").write_bytes(b"a")
    (tmp_path / "broken-model.oracle").write_text("model: KeyError: 1\nTraceback\n  File\n")
    assert folder.count() == 1
    # Else a fuzzer that ended by itself would be taken for one that has found something.
    assert folder.stamps() == before
    (artifact,) = folder.artifacts()
    assert artifact.summary == "broken oracle model: KeyError: 1"
    (tmp_path / "crash-1").write_bytes(b"a")
    assert folder.stamps() != before


def test_numbers_of_a_campaign_that_has_not_begun_are_zero(tmp_path: Path) -> None:
    assert read_stats(tmp_path / "stats") == DriverStats()
    (tmp_path / "stats").write_bytes(b"short")
    assert read_stats(tmp_path / "stats") == DriverStats()
    assert DriverStats().shares() == {"rejected": 0.0, "loaded": 0.0, "evaluated": 0.0}
    assert DriverStats().python_share == 0.0


def test_only_folders_of_dead_runs_are_cleared(tmp_path: Path) -> None:
    alive = RunDirectory(tmp_path, "toy")
    dead = RunDirectory(tmp_path, "toy")
    os.close(dead.lock)
    making = tmp_path / "runs" / "toy.justmade"
    making.mkdir()
    abandoned = tmp_path / "runs" / "toy.abandoned"
    abandoned.mkdir()
    os.utime(abandoned, (0, 0))
    assert clear_dead_runs(tmp_path, lambda name: tmp_path / name) == 2
    assert set((tmp_path / "runs").iterdir()) == {alive.path, making}
    alive.remove()
    assert not alive.path.exists()


def test_a_dead_scratch_folder_is_cleared_and_nothing_is_salvaged(tmp_path: Path) -> None:
    dead = RunDirectory(tmp_path, ".coverage")
    os.close(dead.lock)
    asked: list[str] = []

    def evolved(name: str) -> Path:
        asked.append(name)
        return tmp_path / name

    with RunDirectory(tmp_path, ".trial") as alive:
        assert clear_dead_runs(tmp_path, evolved) == 1
        assert alive.scratch.is_dir()
    assert not list((tmp_path / "runs").iterdir())
    assert asked == []


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(ToolError, match="is a file in its place"):
        RunDirectory(tmp_path, "toy")
    project = Project(tmp_path, tmp_path / "corpus")
    evolved = project.corpus_of("toy") / "evolved"
    evolved.parent.mkdir(parents=True)
    evolved.write_text("")
    target = Target("toy", Core(root=tmp_path, sources=("toy.c",)))
    with pytest.raises(InputError, match="is a file in its place"):
        corpus_folders(target, project)


UNIT = "2ef7bde608ce5404e97d5f042f95f89f1c232871"


def test_units_cut_short_get_their_right_name(tmp_path: Path) -> None:
    """An entry script that is started by hand writes to the corpus itself."""
    (tmp_path / UNIT).write_bytes(b"Hello World!")
    (tmp_path / UNIT.replace("2", "3", 1)).write_bytes(b"Hello")
    (tmp_path / UNIT.replace("2", "4", 1)).write_bytes(b"")
    (tmp_path / "by-hand").write_bytes(b"Hello")
    for name, stamp in ((".new-x", 0.0), (".new-y", time.time())):
        (tmp_path / name).write_bytes(b"He")
        os.utime(tmp_path / name, (stamp, stamp))
    assert repair_corpus(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".new-y",
        UNIT,
        "by-hand",
        "f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0",
    ]


def test_only_whole_units_go_to_the_corpus(tmp_path: Path) -> None:
    units, corpus = tmp_path / "units", tmp_path / "evolved"
    units.mkdir()
    (units / UNIT).write_bytes(b"Hello World!")
    (units / UNIT.replace("2", "3", 1)).write_bytes(b"Hello")
    (units / UNIT.replace("2", "4", 1)).write_bytes(b"")
    kept = keep_units(units, corpus)
    assert (kept.new, kept.cut, kept.failure) == (1, 2, "")
    assert [path.name for path in corpus.iterdir()] == [UNIT]
    assert list(units.iterdir()) == []


def test_units_that_cannot_be_kept_stay_for_the_next_run(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path, "toy")
    corpus = tmp_path / "evolved"
    corpus.write_text("no folder")
    run.keep_in(corpus)
    (run.units / UNIT).write_bytes(b"Hello World!")
    assert "evolved" in keep_units(run.units, corpus).failure
    run.remove()
    assert (run.units / UNIT).is_file()
    assert clear_dead_runs(tmp_path, lambda name: tmp_path / name) == 0
    corpus.unlink()
    assert clear_dead_runs(tmp_path, lambda name: tmp_path / name) == 1
    assert (corpus / UNIT).read_bytes() == b"Hello World!"
    assert not run.path.exists()


def test_a_folder_that_keeps_nothing_is_named(tmp_path: Path) -> None:
    try_folder(tmp_path, "units")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CampaignError, match=r"none: units go to this folder, and it cannot"):
        try_folder(tmp_path / "none", "units")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(CampaignError, match="Permission denied"):
        try_folder(tmp_path, "units")


def result(tmp_path: Path, *artifacts: Artifact) -> CampaignResult:
    stats = DriverStats(rejected=600, loaded=100, evaluated=300, python_ns=1, busy_ns=10)
    progress = Progress(60.2, 60, stats, rate=16.6, edges=1234, features=2345, corpus=56)
    folder = tmp_path / "corpus" / "toy" / "evolved"
    return CampaignResult(
        progress, artifacts, folder, 7, 3, 0, interrupted=False, log=tmp_path / "l"
    )


def test_the_summary_says_what_the_campaign_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, tmp_path / "corpus")
    found = Artifact(project.state / "findings" / "toy" / "address" / "crash-1", "crash", "boom")
    text = "\n".join(summary_lines(result(tmp_path, found), project))
    assert "1,000 (17/s)" in text
    assert "60% rejected, 10% loaded, 30% evaluated" in text
    assert "1,234" in text
    assert "10.0% of the time" in text
    assert "7 in corpus/toy/evolved" in text
    assert "crash-1" not in text, "findings are for who triages them"


def test_the_summary_says_once_who_judged_and_what_is_missing(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "corpus")
    bare = result(tmp_path)
    assert not any(line.startswith(("judged", "missing")) for line in summary_lines(bare, project))
    judged = replace(bare, oracles=("memory", "model"), missing=("no releases", "no fuel"))
    lines = summary_lines(judged, project)
    assert sum("memory, model" in line for line in lines) == 1
    assert sum(line.startswith("missing") for line in lines) == 2


def test_findings_are_counted_by_what_they_say(tmp_path: Path) -> None:
    twice = [Artifact(tmp_path / f"crash-{i}", "crash", "boom") for i in range(2)]
    other = Artifact(tmp_path / "oom-1", "oom")
    assert result(tmp_path, *twice, other).findings == 2
    assert result(tmp_path, *twice).exit_status == 1
    assert result(tmp_path).exit_status == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_live_table() -> None:
    stream = Terminal()
    with CampaignDisplay(stream, "toy address") as display:
        display.update(Progress(1, 60, DriverStats(evaluated=5), edges=77))
    assert "toy address" in stream.getvalue()
    assert "77" in stream.getvalue()
    assert "evaluated" in stream.getvalue()


def test_no_corpus_is_shown_before_the_engine_has_one() -> None:
    for progress, shown in ((Progress(1, 60), False), (Progress(1, 60, edges=77), True)):
        stream = Terminal()
        with CampaignDisplay(stream, "toy address") as display:
            display.update(progress)
        assert ("0 units" in stream.getvalue()) is shown


def test_a_pipe_gets_lines_and_quiet_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for quiet, expected in ((False, 2), (True, 0)):
        stream = io.StringIO()
        with CampaignDisplay(stream, "toy", quiet=quiet) as display:
            for second in range(12):
                now[0] += 1
                display.update(Progress(second, 60))
        assert len(stream.getvalue().splitlines()) == expected


@pytest.mark.parametrize("silent, shown", [(5, False), (0, True)])
def test_a_line_shows_no_stages_that_nobody_reports(
    monkeypatch: pytest.MonkeyPatch, *, silent: int, shown: bool
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with CampaignDisplay(stream, "toy") as display:
        now[0] += 10
        display.update(Progress(10, 60, DriverStats(silent=silent, rejected=5 - silent)))
    assert ("rejected" in stream.getvalue()) is shown
    assert "failures 0" in stream.getvalue()


@pytest.mark.parametrize("share", ["nan", "2"])
def test_a_share_of_a_script_that_makes_no_sense_is_refused(share: str) -> None:
    with pytest.raises(CampaignError, match="give 0 to 1"):
        ScriptOptions.parse([f"--share={share}"], {})


@pytest.mark.parametrize("seconds", [math.nan, math.inf, 0.5])
def test_a_bench_without_an_end_is_refused(seconds: float) -> None:
    with pytest.raises(CampaignError, match="at least 1 second, and an end"):
        BenchOptions(seconds=seconds)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"seconds": 0}, "give it 1 to"),
        ({"seconds": math.nan}, "give it 1 to"),
        ({"seconds": math.inf}, "give it 1 to"),
        ({"seconds": 5, "workers": 0}, "0 workers"),
        ({"seconds": 5, "workers": 257}, "at most 256"),
        ({"seconds": 5, "share": 1.5}, "share of 1.5"),
        ({"seconds": 5, "sanitizer": Sanitizer.COVERAGE}, "address or undefined"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(
    options: dict[str, float | Sanitizer], message: str
) -> None:
    with pytest.raises(CampaignError, match=message):
        CampaignOptions(**options)  # type: ignore[arg-type]
