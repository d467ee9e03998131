# SPDX-License-Identifier: Apache-2.0
"""The contenders: ours, and the other ways to fuzz the same core."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.bench._afl import afl_is_installed, build_afl, run_afl
from groundstop.bench._build import BASELINES, build_libfuzzer, build_native
from groundstop.bench._program import Program, start_words
from groundstop.bench._trial import Trial
from groundstop.campaign import format_dictionary, format_table, sanitizer_options
from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import Target, build
from groundstop.toolchain import build_mutator, sanitizer_runtime

__all__ = ["OURS", "WITHOUT_ORACLES", "Contender", "contenders"]

OURS = "groundstop"
WITHOUT_ORACLES = "without oracles"


@dataclass(frozen=True)
class Contender:
    """A way to fuzz a core: how one trial of it is run.

    `command` gets libFuzzer's flags added; `afl` contenders are run by afl-fuzz instead.
    `comparable` is false where libFuzzer's own count of edges, which leaves out those of
    inputs that are not kept, is all that is known.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    afl: bool = False
    comparable: bool = True

    def without_oracles(self) -> Contender:
        """Return the same contender, ours without any time for Python."""
        return dataclasses.replace(self, environment={**self.environment, "GROUNDSTOP_SHARE": "0"})

    def start(self, seeds: Path, folder: Path, seed: int, pin: int) -> Program:
        """Start it on the files of `seeds`, bound to processor `pin`."""
        command = [*self._bound(pin), *self.command, f"-seed={seed}"]
        return Program(command, self._settings(), seeds, folder)

    def run_afl(self, seeds: Path, folder: Path, budget: float, seed: int, pin: int) -> Trial:
        """Run one trial of `budget` seconds of an `afl` contender."""
        prefix = self._bound(pin)
        return run_afl(prefix, self.command, self._settings(), seeds, budget, seed, folder)

    def shown(self, trial: Trial) -> Trial:
        """Return what of a trial can stand beside the others'."""
        return trial if self.comparable else dataclasses.replace(trial, edges=())

    def _bound(self, pin: int) -> tuple[str, ...]:
        return (*start_words(), "taskset", "-c", str(pin))

    def _settings(self) -> dict[str, str]:
        # A campaign's, for every contender: none may win by its settings.
        variable, options = sanitizer_options(Sanitizer.ADDRESS)
        return {variable: f"{options}:symbolize=0", **self.environment}


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
        Contender(WITHOUT_ORACLES, (str(script),), {**common, "GROUNDSTOP_SHARE": "0"}),
    ]


def _native(target: Target, release: Release, project: Project) -> list[Contender]:
    table = format_table(target, project)
    mutator = build_mutator(project_state=project.state) if table else None
    environment = {"GROUNDSTOP_FORMAT_TABLE": str(table)} if table else {}
    # The dictionary is not the mutator: whoever fuzzes by hand would write one, too.
    flags = _dictionary(target, project)
    native = build_native(target, release, project, mutator)
    found = [Contender("native", (str(native), *flags), environment, comparable=False)]
    if mutator is not None:
        with_it = build_libfuzzer(target, release, project, mutator)
        found.append(Contender("libFuzzer + mutator", (str(with_it), *flags), environment))
    without = build_libfuzzer(target, release, project, None)
    found.append(Contender("libFuzzer", (str(without), *flags)))
    return found


def _dictionary(target: Target, project: Project) -> tuple[str, ...]:
    path = format_dictionary(target, project)
    return (f"-dict={path}",) if path else ()


def _plain_atheris(target: Target, release: Release, project: Project) -> list[Contender]:
    core = build(target, Variant(release), project)
    script = str(BASELINES / "plain_atheris.py")
    command = (sys.executable, script, str(core.library), target.core.entry)
    environment = {"LD_PRELOAD": str(sanitizer_runtime(Sanitizer.ADDRESS))}
    return [Contender("Atheris + cffi", (*command, *_dictionary(target, project)), environment)]


def _afl(target: Target, release: Release, project: Project) -> list[Contender]:
    if not afl_is_installed():
        return []
    return [Contender("AFL++", (str(build_afl(target, release, project)),), afl=True)]
