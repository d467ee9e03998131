# SPDX-License-Identifier: Apache-2.0
"""Counters in the section __libfuzzer_extra_counters of a core: followed, and reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.campaign import CampaignOptions, run_campaign
from groundstop.config import Project
from groundstop.model import Outcome, Sanitizer, Variant
from groundstop.replay import open_worker
from groundstop.target import Core, Target
from support.replaying import CORES
from support.uncivil import uncivil_project

TARGET = Target("uncivil", Core(root=CORES, sources=("extra.c",), headers=(), entry="extra_entry"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return uncivil_project(tmp_path)


@pytest.mark.parametrize("sanitizer", [Sanitizer.ADDRESS, Sanitizer.UNDEFINED])
def test_a_campaign_follows_and_resets_them(project: Project, sanitizer: Sanitizer) -> None:
    flags = ("-runs=20000", "-seed=1")
    options = CampaignOptions(
        seconds=600, flags=flags, share=0, sanitizer=sanitizer, stop_at_finding=True
    )
    result = run_campaign(TARGET, project, options)
    assert result.artifacts == ()
    # Its edges alone would give two units; each first byte is another one.
    assert result.new_units > 10
    assert result.progress.stats.edges < 10


@pytest.mark.parametrize("sanitizer", [Sanitizer.ADDRESS, Sanitizer.PLAIN])
def test_replay_resets_them(project: Project, sanitizer: Sanitizer) -> None:
    with open_worker(TARGET, Variant(sanitizer=sanitizer), project) as worker:
        for fill in (None, 0x11):
            results = worker.run_many([b"a", b"b", b"a"], fill=fill)
            assert all(isinstance(result, Outcome) for result in results)
