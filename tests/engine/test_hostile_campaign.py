# SPDX-License-Identifier: Apache-2.0
"""Whatever a core does to its process, a campaign ends with a finding or a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.campaign import CampaignOptions, CampaignResult, run_campaign, summary_lines
from groundstop.config import Project, find_project
from groundstop.errors import BuildError
from groundstop.findings import keep_artifacts
from groundstop.model import Variant
from groundstop.target import Core, Target
from support.libraries import share_builds
from support.replaying import CORES

_RUNS = 20000


def uncivil(harm: str, **others: str) -> Target:
    core = Core(
        root=CORES,
        sources=("uncivil.c",),
        headers=(),
        entry=others.get("entry", "uncivil_entry"),
        cflags=(f"-DHARM='{harm}'",),
    )
    return Target("uncivil", core)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one seed that brings the harm about, after one that does not."""
    share_builds(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.groundstop]\n")
    seeds = tmp_path / "corpus" / "uncivil" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "a").write_bytes(b"a")
    (seeds / "x").write_bytes(b"Xyz")
    return find_project(tmp_path)


def campaign(project: Project, harm: str, *flags: str, seconds: int = 2) -> CampaignResult:
    options = CampaignOptions(
        seconds=60, input_seconds=seconds, flags=flags, stop_at_finding=True, share=0
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
        ("m", "out-of-memory", "libFuzzer: out-of-memory"),
        ("l", "timeout", "libFuzzer: timeout"),
        ("S", "SEGV", "Groundstop: SEGV"),
    ],
)
def test_what_ends_the_process_is_a_finding(
    project: Project, harm: str, kind: str, summary: str
) -> None:
    seconds = 30 if harm == "m" else 1
    result = campaign(project, harm, "-rss_limit_mb=300", seconds=seconds)
    (artifact,) = result.artifacts
    assert artifact.path.read_bytes()[:1] == b"X"
    # Empty where the campaign ended between the input and its report.
    assert artifact.summary in {"", summary}
    assert artifact.kind == {"m": "oom", "l": "timeout"}.get(harm, "crash")
    if harm != "l":  # which replay would wait for, too
        assert_kept(project, harm, artifact.path, kind)
    assert_not_poisoned(project)


def assert_kept(project: Project, harm: str, artifact: Path, kind: str) -> None:
    (finding,) = keep_artifacts([artifact], uncivil(harm), Variant(), project)
    assert (finding.kind, finding.reproduced) == (kind, True)


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


def test_a_missing_entry_point_is_named(project: Project) -> None:
    with pytest.raises(BuildError, match="define `int not_there"):
        run_campaign(uncivil("-", entry="not_there"), project, CampaignOptions(seconds=5))


def test_a_hang_is_stored_once(project: Project) -> None:
    # Without an end at the first finding: what libFuzzer does after it has stored the input.
    options = CampaignOptions(seconds=3, input_seconds=1, share=0)
    result = run_campaign(uncivil("l"), project, options)
    assert {artifact.kind for artifact in result.artifacts} == {"timeout"}
