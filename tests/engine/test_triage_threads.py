# SPDX-License-Identifier: Apache-2.0
"""Triage of inputs whose core dies later, of what they left running: none is lost."""

from __future__ import annotations

from pathlib import Path

from groundstop.findings import FindingStore, keep_artifacts
from groundstop.model import Variant
from support.uncivil import uncivil, uncivil_project

REPORT = """\
==1==ERROR: AddressSanitizer: ABRT on unknown address
    #0 0x1 in dying uncivil.c:70
SUMMARY: AddressSanitizer: ABRT uncivil.c:70 in dying
"""


def test_each_input_is_kept_with_what_the_campaign_saw(tmp_path: Path) -> None:
    project, target = uncivil_project(tmp_path), uncivil("T")
    folder = tmp_path / "artifacts"
    folder.mkdir()
    paths = [folder / f"crash-{number}" for number in range(6)]
    for path in paths:
        path.write_bytes(b"X" + path.name.encode())
        path.with_name(f"{path.name}.report").write_text(REPORT)
    found = keep_artifacts(paths, target, Variant(), project)
    # In replay it dies while another input runs, or none, or none before the process ends.
    assert found
    assert {stored.finding.id for stored in FindingStore(project, "uncivil")} == {
        finding.id for finding in found
    }
    assert any("dying" in str(finding.frames) for finding in found)
