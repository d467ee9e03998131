# SPDX-License-Identifier: Apache-2.0
"""The contenders: ours, and the other ways to fuzz the same core."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.bench._afl import afl_is_installed, build_afl, run_afl
from groundstop.bench._build import build_native
from groundstop.bench._trial import Trial, run_libfuzzer
from groundstop.campaign import format_dictionary, format_table
from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import Target, build
from groundstop.toolchain import build_mutator, sanitizer_runtime

__all__ = ["OURS", "WITHOUT_MUTATOR", "Contender", "contenders"]

OURS = "groundstop"
WITHOUT_MUTATOR = "libFuzzer"
_BASELINES = Path(__file__).parent / "baselines"

# Those of a campaign (docs/engine-notes.md 7), for every contender: none may win by its settings.
_ASAN = (
    "detect_leaks=0:detect_stack_use_after_return=0:quarantine_size_mb=10:malloc_context_size=0"
    ":symbolize=0:exitcode=77"
)


@dataclass(frozen=True)
class Contender:
    """A way to fuzz a core: how one trial of it is run.

    `command` gets libFuzzer's flags and a corpus folder added; `afl` contenders are run
    by afl-fuzz instead.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    afl: bool = False

    def run(self, folder: Path, corpus: Path, budget: float, seed: int, pin: int | None) -> Trial:
        """Run one trial of `budget` seconds in `folder` on the seeds in `corpus`."""
        environment = {"ASAN_OPTIONS": _ASAN, **self.environment}
        prefix = ("taskset", "-c", str(pin)) if pin is not None else ()
        if self.afl:
            return run_afl([*prefix], self.command, environment, corpus, budget, seed, folder)
        command = [*prefix, *self.command, str(corpus), f"-seed={seed}"]
        return run_libfuzzer(command, environment, budget, folder)


def contenders(target: Target, release: Release, project: Project) -> list[Contender]:
    """Build and return every contender that this machine can run, ours first."""
    makers: list[Callable[[Target, Release, Project], list[Contender]]] = [
        _ours,
        _native,
        _plain_atheris,
        _afl,
    ]
    return [each for make in makers for each in make(target, release, project)]


def _ours(target: Target, release: Release, project: Project) -> list[Contender]:
    script = project.root / "fuzz" / f"fuzz_{target.name}.py"
    if not os.access(script, os.X_OK):
        raise CampaignError(f"{script}: the bench starts this entry script, and it is not there")
    # The script's `env python3` must find the interpreter that runs now.
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    common = {"GROUNDSTOP_RELEASE": str(release), "PATH": path}
    return [
        Contender(OURS, (str(script),), {**common, "GROUNDSTOP_SHARE": "0.1"}),
        Contender(f"{OURS}, no oracles", (str(script),), {**common, "GROUNDSTOP_SHARE": "0"}),
    ]


def _native(target: Target, release: Release, project: Project) -> list[Contender]:
    plain = build_native(target, release, project, None)
    # The dictionary is not the mutator: whoever fuzzes by hand would write one, too.
    found = [Contender(WITHOUT_MUTATOR, (str(plain), *_dictionary(target, project)))]
    table = format_table(target, project)
    if table is not None:
        mutator = build_mutator(project_state=project.state)
        binary = build_native(target, release, project, mutator)
        environment = {"GROUNDSTOP_FORMAT_TABLE": str(table)}
        command = (str(binary), *_dictionary(target, project))
        found.insert(0, Contender("libFuzzer + mutator", command, environment))
    return found


def _dictionary(target: Target, project: Project) -> tuple[str, ...]:
    path = format_dictionary(target, project)
    return (f"-dict={path}",) if path else ()


def _plain_atheris(target: Target, release: Release, project: Project) -> list[Contender]:
    core = build(target, Variant(release), project)
    script = str(_BASELINES / "plain_atheris.py")
    command = (sys.executable, script, str(core.library), target.core.entry)
    environment = {"LD_PRELOAD": str(sanitizer_runtime(Sanitizer.ADDRESS))}
    return [Contender("Atheris + cffi", (*command, *_dictionary(target, project)), environment)]


def _afl(target: Target, release: Release, project: Project) -> list[Contender]:
    if not afl_is_installed():
        return []
    return [Contender("AFL++", (str(build_afl(target, release, project)),), afl=True)]
