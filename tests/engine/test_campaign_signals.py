# SPDX-License-Identifier: Apache-2.0
"""Campaigns that are interrupted or killed: nothing reported is lost, nothing stays behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from support.campaigns import CampaignProcess, processes_of, wait_for
from support.engine import EngineProject, read_stats


def runs(project: EngineProject) -> list[Path]:
    return list((project.root / ".groundstop" / "runs").iterdir())


def fuzzers(project: EngineProject, campaign: CampaignProcess) -> list[int]:
    return [
        number
        for number in processes_of(project)
        if number != campaign.process.pid
        # native/driver/witness.c: it only waits for the other one's end.
        and Path(f"/proc/{number}/comm").read_text() != "gs-witness\n"
    ]


@pytest.mark.parametrize(
    "number, workers",
    [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 2), (signal.SIGHUP, 1)],
)
def test_a_signal_ends_it_as_time_does(
    project: EngineProject, number: signal.Signals, workers: int
) -> None:
    project.seed("magic", b"MAGICabc", b"MAGI", b"MAGIa")
    campaign = CampaignProcess(project, "magic", 600, workers)
    campaign.wait_until_running()
    campaign.process.send_signal(number)
    status, output = campaign.end()
    assert status == 0, output
    assert "interrupted: True" in output
    assert "by a signal" in output
    assert "inputs" in output
    assert processes_of(project) == []
    assert runs(project) == []
    assert project.evolved("magic")


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_it_takes_its_fuzzers_along_and_loses_nothing(
    project: EngineProject, workers: int
) -> None:
    project.seed("magic", b"MAGICabc", b"MAGI", b"MAGIa")
    campaign = CampaignProcess(project, "magic", 600, workers)
    reported = campaign.wait_until_running()
    assert fuzzers(project, campaign)
    campaign.process.kill()
    campaign.end()
    assert wait_for(lambda: not processes_of(project)), processes_of(project)
    (left,) = runs(project)
    # Reported were three seeds and what was found; some may have given way to better ones.
    kept = {path.read_bytes() for path in (left / "units").iterdir()}
    assert len(kept) >= (reported - 3) / 2
    assert not project.evolved("magic")
    # What fork mode's jobs have found and not merged when they die, and what one cut short.
    (left / "units" / "4ef7bde608ce5404e97d5f042f95f89f1c232871").write_bytes(b"cut o")
    unmerged = left / "tmp" / "libFuzzerTemp.FuzzWithFork1.dir" / "C1"
    unmerged.mkdir(parents=True)
    whole = unmerged / "2ef7bde608ce5404e97d5f042f95f89f1c232871"
    whole.write_bytes(b"Hello World!")
    (unmerged / whole.name.replace("2", "3")).write_bytes(b"cut o")
    # The next run clears up, whatever it fuzzes: on the same corpus it would replace units.
    again = CampaignProcess(project, "another", 1, 1)
    status, output = again.end()
    assert status == 0, output
    assert runs(project) == []
    assert kept <= project.evolved("magic")
    assert b"Hello World!" in project.evolved("magic")
    assert b"cut o" not in project.evolved("magic")


def test_a_fuzzer_that_is_killed_is_started_again(project: EngineProject) -> None:
    project.seed("magic", b"MAGICabc", b"MAGI", b"MAGIa")
    campaign = CampaignProcess(project, "magic", 600, 1)
    campaign.wait_until_running()
    (victim,) = fuzzers(project, campaign)
    os.kill(victim, signal.SIGKILL)
    (stats,) = (project.root / ".groundstop" / "runs").glob("*/stats")
    assert wait_for(lambda: read_stats(stats)["processes"] == 2)
    campaign.process.send_signal(signal.SIGINT)
    status, output = campaign.end()
    assert status == 0, output
    assert "(1 restart)" in output


def test_a_fuzzer_that_is_interrupted_ends_the_campaign(project: EngineProject) -> None:
    project.seed("magic", b"MAGICabc", b"MAGI", b"MAGIa")
    campaign = CampaignProcess(project, "magic", 600, 1)
    campaign.wait_until_running()
    (fuzzer,) = fuzzers(project, campaign)
    os.kill(fuzzer, signal.SIGTERM)
    status, output = campaign.end()
    assert status == 0, output
    assert "interrupted: True" in output


@pytest.mark.parametrize("name, returns", [("interrupted", True), ("insisted", False)])
def test_an_interruption_waits_for_the_input_unless_it_is_repeated(
    project: EngineProject, name: str, *, returns: bool
) -> None:
    # libFuzzer's handler allocates, which a signal within an allocation makes a deadlock.
    run = project.run(name, "-runs=20000")
    assert run.status == 72
    assert "run interrupted" in run.output
    assert ("entry: returns" in run.output) == returns
    assert run.stats["rejected"] + run.stats["loaded"] + run.stats["evaluated"] < 6000
