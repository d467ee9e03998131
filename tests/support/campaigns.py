# SPDX-License-Identifier: Apache-2.0
"""Campaigns in a process of their own, to be sent signals; observers that end one in this."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from groundstop.campaign import Progress
from support.engine import EngineProject

# What `groundstop fuzz` does: the campaign, a line for each look at it, the summary.
PROGRAM = """\
import sys
from pathlib import Path

from groundstop.campaign import CampaignOptions, run_campaign, summary_lines
from groundstop.config import find_project
from groundstop.target import load_target

root, name, seconds, workers = sys.argv[1:]
project = find_project(Path(root))


class Watcher:
    def update(self, progress):
        if progress.corpus > 2 and progress.stats.executions > 1000:
            print("running", progress.corpus, flush=True)


options = CampaignOptions(seconds=float(seconds), workers=int(workers))
result = run_campaign(load_target(project, name), project, options, Watcher())
print("\\n".join(summary_lines(result, project)))
print("interrupted:", result.interrupted)
sys.exit(result.exit_status)
"""


class StopAfter:
    """Interrupts the campaign once it has run so many inputs."""

    def __init__(self, executions: int) -> None:
        self._executions = executions

    def update(self, progress: Progress) -> None:
        if progress.stats.executions > self._executions:
            signal.raise_signal(signal.SIGINT)


class AfterProcesses:
    """Interrupts the campaign once so many processes have run inputs."""

    def __init__(self, processes: int) -> None:
        self._processes = processes

    def update(self, progress: Progress) -> None:
        if progress.stats.processes >= self._processes:
            signal.raise_signal(signal.SIGINT)


class Enough:
    """Interrupts the campaign once it has so many findings."""

    def __init__(self, findings: int) -> None:
        self._findings = findings

    def update(self, progress: Progress) -> None:
        if progress.findings >= self._findings:
            signal.raise_signal(signal.SIGINT)


class CampaignProcess:
    """A campaign that runs; `started` has returned once its fuzzer runs inputs."""

    def __init__(self, project: EngineProject, name: str, seconds: float, workers: int) -> None:
        arguments = [str(project.root), name, str(seconds), str(workers)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=project.root,
        )

    def wait_until_running(self) -> int:
        """Return how many units it says that it has."""
        stream = self.process.stdout
        assert stream is not None
        for line in stream:
            if line.startswith("running"):
                return int(line.split()[1])
        raise AssertionError("it ended before it ran")

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=300)
        return self.process.returncode, output


def processes_of(project: EngineProject) -> list[int]:
    """Processes whose command line names the project, by number."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(project.root) in words and state != "Z":
                found.append(int(entry.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 300) -> bool:
    """Whether the condition came true before the time was over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
