# SPDX-License-Identifier: Apache-2.0
"""When the time of a campaign is up, what runs then is not dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.campaign import CampaignOptions, run_campaign
from support.uncivil import uncivil, uncivil_project


@pytest.mark.slow  # Time enough to start, and then an input's.
@pytest.mark.parametrize(
    "harm, kind, limit", [("l", "timeout", 6), ("L", "timeout", 6), ("z", "", 1)]
)
def test_an_input_that_hangs_when_the_time_is_up(
    tmp_path: Path, harm: str, kind: str, limit: int
) -> None:
    options = CampaignOptions(seconds=5, timeout=limit, share=0)
    result = run_campaign(uncivil(harm), uncivil_project(tmp_path), options)
    assert not result.interrupted
    assert [artifact.kind for artifact in result.artifacts] == ([kind] if kind else [])
    if kind:
        assert result.artifacts[0].path.read_bytes()[:1] == b"X"
        assert result.notes == ()
    else:
        assert result.notes == ("the last input did not return, and could not be stored",)
    assert result.exit_status == 1
