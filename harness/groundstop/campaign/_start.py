# SPDX-License-Identifier: Apache-2.0
"""What it takes to start a campaign's process: the script, its flags, its lifeline."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._rundir import RunDirectory
from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.files import read_input
from groundstop.target import Target
from groundstop.words import shell_line

__all__ = ["dictionary_flags", "engine_flags", "entry_script", "lifeline"]

# Fork mode's parent forgets what its other jobs found when its own time is up: the
# supervisor stops the jobs before, and all of them get merged.
_FORK_OVERTIME_SECONDS = 5
_SEEDS = 1 << 32


def engine_flags(
    options: CampaignOptions, *, artifacts: Path, seconds: int, fork: bool, attempt: int
) -> list[str]:
    """Return libFuzzer's flags for `seconds` of fuzzing; `attempt` counts the restarts."""
    flags = [
        f"-artifact_prefix={artifacts}/",
        f"-timeout={math.ceil(options.most_seconds)}",
        # CPython leaks at exit; counting allocations for it would only cost time.
        "-detect_leaks=0",
    ]
    if fork:
        flags += [
            f"-fork={options.workers}",
            "-ignore_crashes=1",
            "-ignore_timeouts=1",
            "-ignore_ooms=1",
            f"-max_total_time={seconds + _FORK_OVERTIME_SECONDS}",
        ]
    else:
        # libFuzzer ends when more than this many full seconds have passed.
        flags.append(f"-max_total_time={max(1, seconds - 1)}")
    if options.seed is not None:
        # A process started again must not repeat what the one before it did.
        flags.append(f"-seed={(options.seed - 1 + attempt) % (_SEEDS - 1) + 1}")
    if options.rss_limit is not None:
        flags.append(f"-rss_limit_mb={options.rss_limit}")
    if options.max_len is not None:
        flags.append(f"-max_len={options.max_len}")
    return [*flags, *options.flags]


def entry_script(target: Target, project: Project, run: RunDirectory, text: str = "") -> Path:
    """Return the project's own entry script for the target, else one made for this run.

    With `text` it is always made, and this is what it says.
    """
    script = project.root / "fuzz" / f"fuzz_{target.name}.py"
    if text or not script.is_file():
        script = run.path / f"fuzz_{target.name}.py"
        text = text or (
            "import sys\nfrom groundstop.campaign import fuzz_main\n"
            f"fuzz_main({target.name!r}, sys.argv)\n"
        )
        script.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
        script.chmod(0o755)
    if not os.access(script, os.X_OK):
        raise CampaignError(
            f"{script} is not executable: {shell_line(['chmod', '+x', project.relative(script)])}"
        )
    return script


def dictionary_flags(ours: Path | None, theirs: Path | None, run: RunDirectory) -> tuple[str, ...]:
    """Return libFuzzer's flag for a dictionary, or for the words of two: it takes one file."""
    files = [path for path in (ours, theirs) if path]
    if len(files) > 1:
        both = run.path / "dictionary"
        both.write_bytes(b"\n".join(read_input(path) for path in files))
        files = [both]
    return tuple(f"-dict={path}" for path in files)


@contextmanager
def lifeline() -> Iterator[int]:
    """Yield a pipe's reading end; the writing end stays in this process alone."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(writing)
        os.close(reading)
