# SPDX-License-Identifier: Apache-2.0
"""What it takes to start a campaign's process, and to stop its jobs."""

from __future__ import annotations

import math
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._rundir import RunDirectory
from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.files import MAX_INPUT, read_input
from groundstop.links import plain_path
from groundstop.target import Target
from groundstop.words import shell_line

__all__ = [
    "StoppedJobs",
    "check_limits",
    "count_files",
    "dictionary_flags",
    "engine_flags",
    "entry_script",
    "lifeline",
]

# Bytes.  A larger file than the statistics and the log that we write is no input.
_LEAST_FILE_SIZE = MAX_INPUT

# Fork mode's parent forgets what its other jobs found when its own time is up: the
# supervisor stops the jobs before, and all of them get merged.
_FORK_OVERTIME_SECONDS = 5
_SEEDS = 1 << 32


def check_limits() -> None:
    """Raise CampaignError where the size of files is limited: what is larger would be lost."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit != resource.RLIM_INFINITY and limit < _LEAST_FILE_SIZE:
        raise CampaignError(
            f"files are limited to {limit:,} bytes here (ulimit -f): units and failing inputs "
            f"may have {_LEAST_FILE_SIZE:,}, raise it to that"
        )


def count_files(folders: Iterable[Path]) -> int:
    """Return how many files a process has to read."""
    return sum(len(files) for folder in folders for _, _, files in os.walk(folder))


class StoppedJobs:
    """Has fork mode's jobs end in time, so that what they found gets merged.

    `scratch` is the folder for temporary files of a process that is about to start.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._others = set(self._folders())
        self._jobs: list[Path] | None = None

    def stop(self) -> bool:
        """Ask the jobs to end; return whether all that ran by then have been merged."""
        if self._jobs is None:
            folders = [folder for folder in self._folders() if folder not in self._others]
            with suppress(OSError):
                for folder in folders:
                    (folder / "STOP").write_bytes(b"\1")
            # A job's folder goes when it is merged; those that begin now end at once.  Before the
            # first one, the seeds are merged.
            self._jobs = [job for folder in folders for job in folder.glob("C*")] or None
        return self._jobs is not None and not any(job.exists() for job in self._jobs)

    def _folders(self) -> list[Path]:
        return list(self._scratch.glob("libFuzzerTemp.FuzzWithFork*.dir"))


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
        script.write_text(f"#!{plain_path(Path(sys.executable))}\n{text}", encoding="utf-8")
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
