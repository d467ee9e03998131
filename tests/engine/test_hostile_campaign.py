# SPDX-License-Identifier: Apache-2.0
"""Whatever a core does to its process, a campaign ends with a finding or a message."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from groundstop.campaign import (
    CampaignOptions,
    CampaignResult,
    merge_evolved,
    run_campaign,
    summary_lines,
)
from groundstop.config import Project
from groundstop.errors import BuildError, CampaignError
from groundstop.findings import keep_artifacts
from groundstop.model import Death, Sanitizer, Variant
from groundstop.replay import open_worker
from support.campaigns import AfterProcesses
from support.uncivil import uncivil, uncivil_project

_RUNS = 20000


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return uncivil_project(tmp_path)


def campaign(
    project: Project,
    harm: str,
    *flags: str,
    seconds: int = 30,
    workers: int = 1,
    sanitizer: Sanitizer | None = None,
) -> CampaignResult:
    options = CampaignOptions(
        seconds=600,
        timeout=seconds,
        flags=flags,
        stop_at_finding=True,
        share=0,
        workers=workers,
        sanitizer=sanitizer,
    )
    return run_campaign(uncivil(harm), project, options)


def assert_not_poisoned(project: Project) -> None:
    """Nothing is left behind, and the next campaign in the same place is like any other."""
    assert list((project.state / "runs").iterdir()) == []
    after = campaign(project, "-", f"-runs={_RUNS}")
    assert after.exit_status == 0
    assert after.progress.stats.executions == _RUNS
    assert after.notes == ()


@pytest.mark.parametrize(
    "harm, kind, summary",
    [
        ("e", "exit", "libFuzzer: fuzz target exited"),
        ("E", "exit", "libFuzzer: fuzz target exited"),
        ("x", "exit", "Groundstop: exit"),
        ("a", "abort", "Groundstop: ABRT"),
        ("g", "SEGV", "Groundstop: SEGV"),
        ("m", "out-of-memory", "libFuzzer: out-of-memory"),
        ("l", "timeout", "Groundstop: timeout"),
        ("L", "timeout", "Groundstop: timeout"),
        ("A", "timeout", "Groundstop: timeout"),
        ("S", "SEGV", "Groundstop: SEGV"),
    ],
)
def test_what_ends_the_process_is_a_finding(
    project: Project, harm: str, kind: str, summary: str
) -> None:
    seconds = 1 if harm in {"l", "L", "A"} else 30
    # For this one alone: the peak that libFuzzer looks at counts the tests' own process as well.
    limit = ["-rss_limit_mb=300"] if harm == "m" else []
    result = campaign(project, harm, *limit, seconds=seconds)
    (artifact,) = result.artifacts
    assert artifact.path.read_bytes()[:1] == b"X"
    # Empty where the campaign ended between the input and its report.
    assert artifact.summary in {"", summary}
    assert artifact.kind == ({"m": "oom"} | dict.fromkeys("lLA", "timeout")).get(harm, "crash")
    if harm != "m":  # replay allows more than it takes
        assert_kept(project, harm, artifact.path, kind)
    assert_not_poisoned(project)


@pytest.mark.parametrize("harm", ["e", "x"])
def test_it_is_one_in_fork_mode_too(project: Project, harm: str) -> None:
    # Status 0 of a job is none that libFuzzer's fork mode asks about.
    result = campaign(project, harm, workers=2)
    assert result.artifacts
    assert {artifact.path.read_bytes()[:1] for artifact in result.artifacts} == {b"X"}
    assert_kept(project, harm, result.artifacts[0].path, "exit")


def test_an_end_that_nobody_saw_is_no_success(project: Project) -> None:
    with pytest.raises(CampaignError, match="ended by itself, with status 0 and no finding"):
        campaign(project, "q")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_core_may_silence_the_engine(project: Project, workers: int) -> None:
    options = CampaignOptions(seconds=2, share=0, workers=workers)
    result = run_campaign(uncivil("d"), project, options)
    assert result.exit_status == 0
    assert result.progress.stats.executions > 0


def test_what_is_stored_is_the_input_and_not_what_the_core_made_of_it(project: Project) -> None:
    result = campaign(project, "w", sanitizer=Sanitizer.UNDEFINED)
    (artifact,) = result.artifacts
    assert artifact.path.read_bytes()[:1] == b"X"


def test_a_merge_knows_the_artifact_of_an_exit_again(project: Project) -> None:
    folder = project.corpus_of("uncivil") / "evolved"
    folder.mkdir(parents=True)
    for unit in (b"a", b"Xyz"):
        (folder / hashlib.sha1(unit, usedforsecurity=False).hexdigest()).write_bytes(unit)
    result = merge_evolved(uncivil("x"), project)
    assert [path.read_bytes() for path in folder.iterdir()] == [b"a"]
    (artifact,) = result.artifacts
    assert list(artifact.parent.iterdir()) == [artifact]
    assert artifact.read_bytes() == b"Xyz"


def test_a_process_that_is_killed_has_found_nothing(project: Project) -> None:
    result = campaign(project, "K", f"-runs={_RUNS}", seconds=60)
    assert result.exit_status == 0
    assert result.restarts == 1
    assert result.artifacts == ()


def assert_kept(project: Project, harm: str, artifact: Path, kind: str) -> None:
    (finding,) = keep_artifacts([artifact], uncivil(harm), Variant(), project, hang_seconds=1)
    assert (finding.kind, finding.reproduced) == (kind, True)
    assert finding.limit == (kind == "timeout")


@pytest.mark.parametrize(
    "harm, note",
    [
        ("p", "the core prints a lot"),
        ("f", "the core forks: its children are ended"),
        ("t", ""),
        ("c", "the core closes descriptors that are not its own"),
    ],
)
def test_what_does_not_is_outlived_and_told(project: Project, harm: str, note: str) -> None:
    result = campaign(project, harm, f"-runs={_RUNS}", seconds=60)
    assert result.exit_status == 0
    # Each input once: neither a child nor a thread fuzzes on.
    assert result.progress.stats.executions == _RUNS
    assert result.restarts == 0
    assert all(line.startswith(note) for line in result.notes)
    assert len(result.notes) == bool(note)
    lines = summary_lines(result, project)
    assert sum(line.startswith("note") for line in lines) == bool(note)
    log = result.log.read_text(errors="replace")
    if harm != "p":
        assert log.count(f"Done {_RUNS} runs") == 1
    assert len(log) < 17 << 20
    assert_not_poisoned(project)


@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_leaves_descriptors_open_is_started_anew(project: Project, workers: int) -> None:
    # It may have 1,200: without them libFuzzer would store nothing, and not say so.
    options = CampaignOptions(seconds=600, share=0, workers=workers)
    result = run_campaign(uncivil("o"), project, options, AfterProcesses(3 * workers))
    assert result.interrupted
    assert not result.artifacts
    if workers == 1:
        assert result.restarts >= 2
        assert len(result.notes) == 1
        assert result.notes[0].startswith("the core leaves descriptors open")


def test_a_missing_entry_point_is_named(project: Project) -> None:
    with pytest.raises(BuildError, match="define `int not_there"):
        run_campaign(uncivil("-", entry="not_there"), project, CampaignOptions(seconds=5))


def test_a_hang_is_stored_once(project: Project) -> None:
    # Without an end at the first finding: what libFuzzer does after it has stored the input.
    options = CampaignOptions(seconds=600, timeout=1, share=0)
    result = run_campaign(uncivil("l"), project, options, AfterProcesses(2))
    assert {artifact.kind for artifact in result.artifacts} == {"timeout"}


@pytest.mark.parametrize("harm, kind", [("B", "abort"), ("G", "SEGV")])
@pytest.mark.parametrize("sanitizer", [Sanitizer.ADDRESS, Sanitizer.UNDEFINED])
def test_threads_that_die_at_once_do_not_end_each_others_report(
    project: Project, harm: str, kind: str, sanitizer: Sanitizer
) -> None:
    result = campaign(project, harm, sanitizer=sanitizer)
    (artifact,) = result.artifacts
    assert artifact.path.read_bytes()[:1] == b"X"
    assert artifact.report is not None
    # Whole: libFuzzer's last line is that of the input.
    lines = artifact.report.read_text().splitlines()
    assert any("#0 0x" in line for line in lines)
    assert "SUMMARY: " in "".join(lines)
    assert "Groundstop" not in artifact.summary
    for variant in (Variant(sanitizer=sanitizer), Variant(sanitizer=Sanitizer.PLAIN)):
        with open_worker(uncivil(harm), variant, project) as worker:
            death = worker.run(b"X")
        assert isinstance(death, Death)
        assert death.kind == kind
        assert "#1 0x" in death.report
        assert "SUMMARY: " in death.report


def test_a_hang_is_found_by_several_workers_too(project: Project) -> None:
    # The seed that hangs does so in the merge that fork mode begins with.
    result = campaign(project, "A", seconds=1, workers=2)
    assert {artifact.kind for artifact in result.artifacts} == {"timeout"}
    assert result.exit_status == 1


def test_what_an_input_may_take_is_learned_from_those_before(project: Project) -> None:
    (project.corpus_of("uncivil") / "seeds" / "a").unlink()
    options = CampaignOptions(seconds=600, stop_at_finding=True, share=0)
    result = run_campaign(uncivil("H"), project, options)
    assert [artifact.kind for artifact in result.artifacts] == ["timeout"]
    assert 1e9 <= result.progress.stats.hang_ns < options.most_seconds * 1e9


@pytest.mark.parametrize("harm", ["C", "I"])
def test_one_that_hangs_while_it_is_loaded_is_told(
    project: Project, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It has two minutes, and nothing happens in them.
    monkeypatch.setattr("groundstop.campaign._supervise._START_SECONDS", 2.0)
    options = CampaignOptions(seconds=1, share=0)
    with pytest.raises(CampaignError, match=r"no input ran .* hangs while it is loaded"):
        run_campaign(uncivil(harm), project, options)
