# SPDX-License-Identifier: Apache-2.0
"""What a campaign had found when it was killed: it is listed, and the next one begins with it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from groundstop.artifacts import untriaged_of
from groundstop.config import find_project
from support.campaigns import processes_of, wait_for
from support.command import COMMAND, Run, groundstop
from support.engine import EngineProject

KILLER = b"MAGIBU"


def start(project: EngineProject, *words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *words],
        cwd=project.root,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def end(process: subprocess.Popen[str], number: signal.Signals) -> Run:
    process.send_signal(number)
    output, error = process.communicate(timeout=300)
    return Run(process.returncode, output, error)


def left(project: EngineProject, name: str) -> list[Path]:
    return untriaged_of(find_project(project.root), name)


def store(project: EngineProject, name: str, data: bytes) -> Path:
    """What a fuzzing process leaves of an input that kills the core."""
    folder = project.root / ".groundstop" / "findings" / name / "address"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_after_its_first_crash_nothing_is_lost(project: EngineProject, workers: int) -> None:
    seed = project.seed("overflow", KILLER) / "seed0"
    words = ("fuzz", "overflow", "--seconds", "600", "--workers", str(workers))
    process = start(project, *words)
    assert wait_for(lambda: bool(left(project, "overflow")))
    end(process, signal.SIGKILL)
    assert wait_for(lambda: not processes_of(project))
    # What kills it is not there for the next campaign to find it by itself.
    seed.write_bytes(b"MAGI")
    listed = groundstop("findings", "list", cwd=project.root)
    assert listed.status == 0, listed.output
    paths = left(project, "overflow")
    assert all(path.name in listed.stdout for path in paths)
    assert "no findings" not in listed.stdout
    evidence = json.loads(groundstop("report", "overflow", "--json", cwd=project.root).stdout)
    assert evidence["untriaged"] == [str(path.relative_to(project.root)) for path in paths]

    again = groundstop("fuzz", "overflow", "--seconds", "1", "--json", cwd=project.root)
    assert again.status == 1, again.output
    kinds = {finding["kind"] for finding in json.loads(again.stdout)["findings"]}
    assert kinds == {"heap-buffer-overflow"}
    assert left(project, "overflow") == []
    listed = groundstop("findings", "list", cwd=project.root)
    assert "heap-buffer-overflow" in listed.stdout


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name
)
def test_ended_in_triage_the_rest_is_the_next_ones(
    project: EngineProject, number: signal.Signals
) -> None:
    project.seed("hanging", b"MAGI")
    mark = project.root / "hangs"
    path = store(project, "hanging", b"MAGIH")
    process = start(project, "fuzz", "hanging", "--seconds", "600", HANG_MARK=str(mark))
    # The seeds do not hang: it is triage that runs this.
    assert wait_for(mark.exists)
    run = end(process, number)
    if number is signal.SIGKILL:
        assert run.status == -signal.SIGKILL
    else:
        assert run.status == 2, run.output
        assert "0 of 1 failing inputs" in run.stderr
    assert left(project, "hanging") == [path]
    assert path.name in groundstop("findings", "list", cwd=project.root).stdout
    assert wait_for(lambda: not processes_of(project))


def test_what_was_left_counts_where_the_campaign_itself_finds_nothing(
    project: EngineProject,
) -> None:
    project.seed("magic", b"MAGI")
    store(project, "magic", b"MAGI kills nobody")
    words = ("fuzz", "magic", "--seconds", "1")
    run = groundstop(*words, "--json", cwd=project.root)
    assert run.status == 1, run.output
    said = json.loads(run.stdout)
    assert [(f["earlier"], f["reproduced"]) for f in said["findings"]] == [(True, False)]
    # Once it is triaged it is no news.
    run = groundstop(*words, cwd=project.root)
    assert run.status == 0, run.output


def test_what_was_stored_only_in_part_is_removed_and_said(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    path = store(project, "magic", b"MAGI and more")
    path.write_bytes(b"MAGI")
    run = groundstop("fuzz", "magic", "--seconds", "1", "-q", cwd=project.root)
    assert run.status == 1, run.output
    assert path.name in run.stdout
    assert not path.exists()


def test_a_release_that_has_gone_keeps_nothing_else_waiting(project: EngineProject) -> None:
    project.seed("overflow", b"MAGI")
    store(project, "overflow", KILLER)
    gone = project.root / ".groundstop" / "findings" / "overflow" / "6.0-address"
    gone.mkdir()
    (gone / "crash-1").write_bytes(b"x")
    run = groundstop("fuzz", "overflow", "--seconds", "1", "--json", cwd=project.root)
    assert run.status == 1, run.output
    said = json.loads(run.stdout)
    assert "heap-buffer-overflow" in {finding["kind"] for finding in said["findings"]}
    (note,) = said["earlier"]
    assert "6.0-address" in note
    assert left(project, "overflow") == [gone / "crash-1"]


def test_what_cannot_be_read_keeps_nothing_else_waiting(project: EngineProject) -> None:
    project.seed("overflow", b"MAGI")
    crash = store(project, "overflow", KILLER)
    folder = crash.with_name("crash-0123")
    folder.mkdir()
    run = groundstop("fuzz", "overflow", "--seconds", "1", "--", "-runs=10", cwd=project.root)
    assert run.status == 1, run.output
    assert "crash-0123" in run.output
    assert left(project, "overflow") == [folder]


def test_campaigns_on_two_builds_keep_records_and_logs_apart(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    for sanitizer in ("address", "undefined"):
        words = ("--seconds", "1", "--sanitizer", sanitizer)
        assert groundstop("fuzz", "magic", *words, cwd=project.root).status == 0
    evidence = json.loads(groundstop("report", "magic", "--json", cwd=project.root).stdout)
    campaigns = evidence["campaigns"]
    assert [record["sanitizer"] for record in campaigns] == ["address", "undefined"]
    logs = {record["log"] for record in campaigns}
    assert len(logs) == 2
    assert all((project.root / log).is_file() for log in logs)
