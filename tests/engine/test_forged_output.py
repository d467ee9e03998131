# SPDX-License-Identifier: Apache-2.0
"""What a core prints decides nothing, also where it prints what the engine would."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from groundstop.campaign import CampaignOptions, CampaignResult, run_campaign
from groundstop.campaign._process import ProcessGroup
from groundstop.campaign._start import lifeline
from groundstop.config import Project, find_project
from groundstop.errors import CampaignError
from groundstop.target import Core, Target
from support.libraries import share_builds
from support.replaying import CORES


@pytest.fixture
def project(tmp_path: Path) -> Project:
    share_builds(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.groundstop]\n")
    seeds = tmp_path / "corpus" / "forger" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "one").write_bytes(b"A")
    return find_project(tmp_path)


def evolved(project: Project, data: bytes) -> Path:
    folder = project.corpus_of("forger") / "evolved"
    folder.mkdir(exist_ok=True)
    path = folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()
    path.write_bytes(data)
    return path


def campaign(
    project: Project, monkeypatch: pytest.MonkeyPatch, text: str, options: CampaignOptions
) -> CampaignResult:
    forged = project.root / "forged"
    forged.write_text(text)
    monkeypatch.setenv("FORGED", str(forged))
    core = Core(root=CORES, sources=("forger.c",), headers=(), entry="forger_entry")
    return run_campaign(Target("forger", core), project, options)


def test_no_unit_and_no_report_goes_for_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It covers nothing that a smaller one does not, and nothing has replaced it.
    unit = evolved(project, b"nothing, at some length")
    old = project.state / "findings" / "forger" / "address" / "crash-0123456789"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    report = old.with_name(f"{old.name}.report")
    report.write_text("as it was\n")
    text = (
        f"Written 23 bytes to {unit}\n#2\tINITED cov: 1 ft: 1 corp: 1/1b\n"
        f"==1==ERROR: AddressSanitizer: forged\nTest unit written to {old}\n"
        f"==2==ERROR: AddressSanitizer: forged\nTest unit written to {unit}\n"
    )
    options = CampaignOptions(seconds=600, flags=("-runs=20000",), share=0)
    result = campaign(project, monkeypatch, text, options)
    assert result.exit_status == 0
    assert "forged" in result.log.read_text()
    assert unit.is_file()
    assert report.read_text() == "as it was\n"
    assert [path.name for path in unit.parent.iterdir() if "." in path.name] == []
    assert not list(old.parent.glob(f"{unit.name}*"))


def test_no_job_is_stopped_where_it_says(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "somewhere"
    folder.mkdir()
    text = f"INFO: -fork=2: 1 seed inputs, starting to fuzz in {folder}\n"
    options = CampaignOptions(seconds=1, workers=2, share=0)
    result = campaign(project, monkeypatch, text, options)
    assert result.exit_status == 0
    assert list(folder.iterdir()) == []


def test_an_end_is_not_libfuzzers_because_the_core_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORGER_QUITS", "1")
    text = "#2\tINITED cov: 1 ft: 1 corp: 1/1b\nDone 1000 runs in 600 second(s)\n"
    with pytest.raises(CampaignError, match="ended by itself, with status 0 and no finding"):
        campaign(project, monkeypatch, text, CampaignOptions(seconds=600, share=0))


def test_output_without_a_newline_is_not_kept_whole() -> None:
    lines: list[str] = []
    code = "import sys; sys.stdout.write('x' * (32 << 20)); sys.stdout.write('\\nand\\nthen')"
    with lifeline() as line:
        group = ProcessGroup([sys.executable, "-c", code], os.environ, line, lines.append)
        while not group.ends_within(1):
            pass
        assert group.finish() == 0
    assert lines[1:] == ["and", "then"]
    assert 0 < len(lines[0]) < 64 << 10
