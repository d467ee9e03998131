# SPDX-License-Identifier: Apache-2.0
"""Run the command line as a user does: a process of its own, in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "groundstop"


@dataclass(frozen=True)
class Run:
    status: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def groundstop(*arguments: str | Path, cwd: Path = ROOT, **environment: str) -> Run:
    """Run `groundstop ARGUMENTS`; a test that hangs here is ended by the time limit."""
    run = subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
        check=False,
    )
    return Run(run.returncode, run.stdout, run.stderr)
