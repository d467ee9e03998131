# SPDX-License-Identifier: Apache-2.0
"""Campaigns: what they find, what they count, and that a finding does not end them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from groundstop.campaign import (
    CampaignOptions,
    CampaignResult,
    Observer,
    Progress,
    run_campaign,
)
from groundstop.config import find_project
from groundstop.errors import CampaignError
from groundstop.target import load_target
from support.campaigns import AfterProcesses, StopAfter
from support.engine import EngineProject


class Watcher:
    def __init__(self) -> None:
        self.seen: list[Progress] = []

    def update(self, progress: Progress) -> None:
        self.seen.append(progress)


def campaign(
    project: EngineProject, name: str, options: CampaignOptions, observer: Observer | None = None
) -> CampaignResult:
    made = find_project(project.root)
    return run_campaign(load_target(made, name), made, options, observer)


@pytest.mark.parametrize(
    "workers, runs", [(1, 20_000), pytest.param(2, 3_000_000, marks=pytest.mark.slow)]
)
def test_a_campaign_counts_what_it_does(project: EngineProject, workers: int, runs: int) -> None:
    project.seed("magic", b"MAGICabc", b"MAGI", b"no")
    watcher = Watcher()
    options = CampaignOptions(seconds=600, workers=workers, flags=(f"-runs={runs}",))
    result = campaign(project, "magic", options, watcher)
    stats = result.progress.stats
    assert stats.executions == stats.rejected + stats.loaded + stats.evaluated >= runs
    assert min(stats.shares().values()) > 0
    assert 0 < stats.python_calls < stats.executions
    assert result.progress.edges > 5
    # Fork mode's own line says as many edges as features.
    assert result.progress.edges < result.progress.features
    assert result.progress.corpus >= 1
    assert result.new_units == len(project.evolved("magic")) > 0
    assert result.exit_status == 0
    assert not result.interrupted
    assert watcher.seen
    assert list((project.root / ".groundstop" / "runs").iterdir()) == []
    assert "INFO: Using preloaded libfuzzer" in result.log.read_text()


def test_a_second_campaign_goes_on_where_the_first_ended(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    options = CampaignOptions(seconds=600, flags=("-runs=5000",))
    campaign(project, "magic", options)
    before = project.evolved("magic")
    result = campaign(project, "magic", options)
    assert len(before - project.evolved("magic")) <= result.replaced_units
    assert f"{len(before)} files found in" in result.log.read_text()


def test_replaced_units_leave_the_corpus_and_no_others(project: EngineProject) -> None:
    """LibFuzzer leaves each smaller form of a unit that it has read, down to the smallest."""
    folder = project.root / "corpus" / "magic" / "evolved"
    folder.mkdir(parents=True)
    large = b"MAGICabcdefgh" + b"." * 400
    # Not kept by this campaign, and so none that it could have replaced.
    others = [b"no magic", b"nor here"]
    for unit in (large, *others):
        name = hashlib.sha1(unit, usedforsecurity=False).hexdigest()
        (folder / name).write_bytes(unit)
    options = CampaignOptions(seconds=600, seed=1, flags=("-runs=200000",))
    result = campaign(project, "magic", options)
    left = project.evolved("magic")
    assert left >= set(others)
    assert result.replaced_units > 0
    # The one that was read may be there still: it is replaced at once, before anybody looks.
    assert result.new_units == len(left - {large, *others})
    # What covers the same is still there.
    covered = project.run("magic", "-runs=0", folder).output
    every = project.run("magic", "-runs=0", folder, project.seed("magic", large)).output
    assert re.findall(r"INITED (cov: \d+ ft: \d+)", covered) == re.findall(
        r"INITED (cov: \d+ ft: \d+)", every
    )


def test_findings_do_not_end_a_campaign(project: EngineProject) -> None:
    project.seed("overflow", b"MAGIBV")
    options = CampaignOptions(seconds=600, seed=1)
    result = campaign(project, "overflow", options, AfterProcesses(3))
    assert result.restarts >= 2
    assert result.exit_status == 1
    # The process that was ended may have stored the same once more, and not said it all.
    whole = [artifact for artifact in result.artifacts if artifact.report is not None]
    assert len({artifact.summary for artifact in whole}) == 1
    artifact = whole[0]
    assert artifact.kind == "crash"
    assert artifact.path.read_bytes()[:6] == b"MAGIBU"
    assert artifact.path in project.findings("overflow")
    assert "heap-buffer-overflow" in artifact.summary
    assert artifact.report is not None
    assert "WRITE of size 1" in artifact.report.read_text()
    assert result.progress.stats.executions > 0


def test_a_campaign_can_end_with_its_first_finding(project: EngineProject) -> None:
    project.seed("overflow", b"MAGIBV")
    # It ends with the finding or not at all.
    options = CampaignOptions(seconds=600, stop_at_finding=True)
    result = campaign(project, "overflow", options)
    (artifact,) = result.artifacts
    assert "heap-buffer-overflow" in artifact.summary
    assert artifact.report is not None
    assert not result.interrupted


def test_a_finding_of_an_oracle_is_named(project: EngineProject) -> None:
    project.seed("seven", b"MAGIabcdef")
    options = CampaignOptions(seconds=600, stop_at_finding=True)
    result = campaign(project, "seven", options)
    assert [artifact.summary for artifact in result.artifacts] == ["no-seven: seven letters"]


def test_a_seed_that_kills_the_core_is_stepped_over(project: EngineProject) -> None:
    project.seed("overflow", b"MAGIBU", b"MAGICab")
    # Started plainly it would die at that seed each time, having run three inputs.
    result = campaign(project, "overflow", CampaignOptions(seconds=600), StopAfter(1000))
    assert result.interrupted
    assert b"MAGIBU" in {artifact.path.read_bytes() for artifact in result.artifacts}
    assert project.evolved("overflow")


def test_folders_of_the_callers_are_used(project: EngineProject, tmp_path: Path) -> None:
    for name in ("units", "seeds"):
        (tmp_path / name).mkdir()
    (tmp_path / "seeds" / "one").write_bytes(b"MAGICabc")
    options = CampaignOptions(
        seconds=600,
        flags=("-runs=20000",),
        corpus=(tmp_path / "units", tmp_path / "seeds"),
        artifacts=tmp_path / "artifacts",
    )
    result = campaign(project, "magic", options)
    assert result.evolved == tmp_path / "units"
    assert len(list((tmp_path / "units").iterdir())) == result.new_units > 0
    assert [p.name for p in (tmp_path / "seeds").iterdir()] == ["one"]
    assert not (project.root / "corpus" / "magic" / "evolved").exists()


def test_a_core_that_cannot_run_is_an_error(project: EngineProject) -> None:
    with pytest.raises(CampaignError, match=r"status 2(?s:.*)no entry point magic_entry"):
        campaign(project, "broken", CampaignOptions(seconds=5))
    assert list((project.root / ".groundstop" / "runs").iterdir()) == []


def test_a_run_that_libfuzzer_ends_is_not_started_again(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    options = CampaignOptions(seconds=600, flags=("-runs=2000",))
    result = campaign(project, "magic", options)
    assert result.progress.stats.executions == 2000
    assert result.restarts == 0


def test_a_target_without_a_script_gets_one(project: EngineProject) -> None:
    project.script("magic").unlink()
    project.seed("magic", b"MAGI")
    options = CampaignOptions(seconds=600, workers=2)
    result = campaign(project, "magic", options, AfterProcesses(2))
    assert result.interrupted
    assert result.progress.stats.processes > 1
    assert result.progress.stats.executions > 0
