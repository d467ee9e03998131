# SPDX-License-Identifier: Apache-2.0
"""Folders that cannot be written, a full disk: nothing is lost in silence, nothing half kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.campaign import CampaignOptions, CampaignResult, Progress, run_campaign
from groundstop.campaign._artifacts import ArtifactFolder
from groundstop.config import find_project
from groundstop.errors import CampaignError
from groundstop.target import load_target
from support.campaigns import StopAfter, wait_for
from support.command import COMMAND, groundstop
from support.engine import EngineProject, read_stats


class Then:
    """Does something once the campaign has run some inputs, and then nothing."""

    def __init__(self, action: object) -> None:
        self._action = action
        self.is_done = False

    def update(self, progress: Progress) -> None:
        if progress.stats.executions > 1000 and not self.is_done:
            self.is_done = True
            assert callable(self._action)
            self._action()


def campaign(project: EngineProject, observer: Then | StopAfter) -> CampaignResult:
    project.seed("magic", b"MAGI")
    made = find_project(project.root)
    return run_campaign(load_target(made, "magic"), made, CampaignOptions(seconds=600), observer)


def units(project: EngineProject) -> Path:
    (run,) = (project.root / ".groundstop" / "runs").iterdir()
    return run / "units"


def wrong_names(folder: Path) -> list[str]:
    return [
        path.name
        for path in folder.glob("*")
        if hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest() != path.name
    ]


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(
    project: EngineProject,
) -> None:
    evolved = project.root / "corpus" / "magic" / "evolved"
    evolved.parent.mkdir(parents=True)
    (project.root / "elsewhere").mkdir()
    evolved.symlink_to(project.root / "elsewhere")
    with (
        unwritable(project.root / "elsewhere"),
        pytest.raises(CampaignError, match="evolved: units go to this folder"),
    ):
        campaign(project, StopAfter(0))
    assert list((project.root / ".groundstop" / "runs").iterdir()) == []


@contextlib.contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Nobody can write to a folder: for root, who may, it is one of the kernel's."""
    folder.chmod(0o555)
    if os.geteuid() == 0:
        folder.rmdir()
        folder.symlink_to("/proc/self")
    yield
    if os.geteuid() != 0:
        folder.chmod(0o755)


def test_a_run_whose_folder_goes_ends_and_says_so(project: EngineProject) -> None:
    result = campaign(project, Then(lambda: shutil.rmtree(units(project))))
    assert result.exit_status == 2
    assert not result.interrupted
    assert len(result.lost) == 1
    assert "units" in result.lost[0]


def test_a_folder_whose_end_libfuzzer_sees_first_is_told_as_that(
    project: EngineProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The supervisor looks at its folders too late.
    monkeypatch.setattr("groundstop.campaign._supervise._TRY_SECONDS", 600.0)
    result = campaign(project, Then(lambda: shutil.rmtree(units(project))))
    assert result.exit_status == 2
    assert len(result.lost) == 1
    assert "units" in result.lost[0]


def test_units_wait_for_a_corpus_that_can_be_written(project: EngineProject) -> None:
    evolved = project.root / "corpus" / "magic" / "evolved"

    def replace() -> None:
        evolved.rmdir()
        evolved.write_text("no folder")
        signal.raise_signal(signal.SIGINT)

    result = campaign(project, Then(replace))
    assert result.exit_status == 2
    assert result.new_units == 0
    (lost,) = result.lost
    assert "evolved" in lost
    waiting = {path.name for path in units(project).iterdir()}
    assert waiting
    evolved.unlink()
    result = campaign(project, StopAfter(1))
    assert result.exit_status == 0
    assert waiting <= {path.name for path in evolved.iterdir()}
    assert list((project.root / ".groundstop" / "runs").iterdir()) == []


def test_a_failing_input_that_was_cut_is_a_loss_that_counts(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    whole = hashlib.sha1(b"abc", usedforsecurity=False).hexdigest()
    (tmp_path / f"crash-{whole}").write_bytes(b"")
    assert folder.take_cut() == [f"crash-{whole}"]
    assert folder.artifacts() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_limit_on_the_size_of_files_is_told(project: EngineProject) -> None:
    project.seed("magic", b"MAGI")
    run = subprocess.run(
        [COMMAND, "fuzz", "magic", "--seconds", "1"],
        cwd=project.root,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2, run.stdout + run.stderr
    assert "ulimit -f" in run.stderr


@pytest.fixture
def small_disk(tmp_path: Path, builds: Path) -> Iterator[EngineProject]:
    """A project on a disk with little room; what is compiled is elsewhere."""
    place = tmp_path / "disk"
    place.mkdir()
    mount: list[str | Path] = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can mount a disk; the tests above need none")
    try:
        yield EngineProject.make(place / "project", builds)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path) -> None:
    with contextlib.suppress(OSError), place.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_fills_up_ends_it_and_nothing_half_is_kept(
    small_disk: EngineProject, workers: int
) -> None:
    project = small_disk
    project.seed("magic", b"MAGICabc", b"MAGI")
    process = subprocess.Popen(
        [COMMAND, "fuzz", "magic", "--seconds", "600", "--workers", str(workers)],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    state = project.root / ".groundstop"

    def runs() -> bool:
        return any(read_stats(path)["loaded"] > 1000 for path in (state / "runs").glob("*/stats"))

    assert wait_for(runs)
    fill(project.root / "full")
    output, error = process.communicate(timeout=300)
    assert process.returncode == 2, output + error
    assert "Traceback" not in output + error
    assert "internal error" not in output + error
    assert "lost " in output
    assert "No space left on device" in output
    evolved = project.root / "corpus" / "magic" / "evolved"
    assert wrong_names(evolved) == []
    (project.root / "full").unlink()
    # What was whole is there then, and nothing else.
    run = groundstop("fuzz", "magic", "--seconds", "1", cwd=project.root)
    assert run.status == 0, run.output
    assert list((state / "runs").iterdir()) == []
    assert wrong_names(evolved) == []
