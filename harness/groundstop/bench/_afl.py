# SPDX-License-Identifier: Apache-2.0
"""AFL++ in persistent mode, where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from groundstop.bench._build import with_glue
from groundstop.bench._trial import Trial
from groundstop.config import Project
from groundstop.errors import BuildError, CampaignError
from groundstop.model import Release
from groundstop.target import Target

__all__ = ["afl_is_installed", "build_afl", "run_afl"]

# A bench machine's core pattern and governor are not ours to change.
_AFL = {
    "AFL_NO_UI": "1",
    "AFL_SKIP_CPUFREQ": "1",
    "AFL_NO_AFFINITY": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_BENCH_UNTIL_CRASH": "1",
    "AFL_FAST_CAL": "1",
}


def afl_is_installed() -> bool:
    """Return whether AFL++ and its compiler are on PATH."""
    return bool(shutil.which("afl-fuzz") and shutil.which("afl-clang-fast"))


def build_afl(target: Target, release: Release, project: Project) -> Path:
    """Compile the core with AFL++'s own compiler and driver; return the binary."""
    recipe = with_glue(target, release)
    folder = project.state / "bench" / f"afl-{recipe.name}"
    shutil.rmtree(folder, ignore_errors=True)
    tree = folder / "tree"
    tree.mkdir(parents=True)
    recipe.materialize(tree)
    binary = folder / "fuzzer"
    command = ["afl-clang-fast", "-g", "-O1", "-fsanitize=fuzzer,address", *recipe.cflags]
    command += [f"-I{path}" for path in (tree, *recipe.include)]
    command += [*recipe.sources, *recipe.ldflags, "-o", str(binary)]
    run = subprocess.run(
        command,
        cwd=tree,
        env={**os.environ, "AFL_QUIET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise BuildError(f"{recipe.name} for AFL++", " ".join(command), run.stderr)
    return binary


def run_afl(  # noqa: PLR0913, PLR0917  (all that makes one trial)
    prefix: Sequence[str],
    command: Sequence[str],
    environment: Mapping[str, str],
    corpus: Path,
    budget: float,
    seed: int,
    folder: Path,
) -> Trial:
    """Run afl-fuzz for `budget` seconds or until its first crash, and read its statistics."""
    output = folder / "afl"
    afl = [*prefix, "afl-fuzz", "-i", str(corpus), "-o", str(output), "-s", str(seed)]
    afl += ["-V", str(max(1, round(budget))), "-m", "none", "--", *command]
    # afl-fuzz insists on these two when ASan is in the target.
    options = f"{environment['ASAN_OPTIONS']}:abort_on_error=1".replace(":exitcode=77", "")
    process = subprocess.Popen(
        afl,
        env={**os.environ, **environment, **_AFL, "ASAN_OPTIONS": options},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=budget + 60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return _read(output / "default")


def _read(folder: Path) -> Trial:
    try:
        lines = (folder / "fuzzer_stats").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CampaignError(f"afl-fuzz did not run: {error}") from error
    pairs = (line.partition(":") for line in lines)
    stats = {name.strip(): value.strip() for name, _, value in pairs}
    seconds = float(stats["execs_done"]) / max(float(stats["execs_per_sec"]), 1e-9)
    # AFL++ writes the milliseconds since its start into the name of what it saves.
    times = [
        int(part.removeprefix("time:")) / 1000
        for path in (folder / "crashes").glob("id:*")
        for part in path.name.split(",")
        if part.startswith("time:")
    ]
    return Trial(int(stats["execs_done"]), seconds, (), min(times, default=None))
