# SPDX-License-Identifier: Apache-2.0
"""Run all trials, interleaved, and collect what they showed."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.bench._contenders import OURS, WITHOUT_ORACLES, Contender, contenders
from groundstop.bench._program import Program
from groundstop.bench._stats import Comparison, Times, compare
from groundstop.bench._together import run_together
from groundstop.bench._trial import Trial
from groundstop.campaign import RunDirectory, clear_dead_runs
from groundstop.config import Project
from groundstop.corpus import compiled_seeds
from groundstop.errors import CampaignError
from groundstop.model import Release
from groundstop.target import Target

__all__ = ["BenchOptions", "BenchReport", "Result", "run_bench"]


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """`trials` runs of `seconds` each for every contender and every question.

    The contenders share processor `pin` (default: the last that this process may use), and
    their seconds are those that each had of it.  `only` keeps the contenders of these
    names.  `find` also measures the time to the target's incident, for all contenders until
    the core dies of it: oracles may tell it from the first seed on.
    """

    seconds: float = 10
    trials: int = 3
    seed: int = 1
    pin: int | None = None
    only: tuple[str, ...] = ()
    find: bool = True

    def __post_init__(self) -> None:
        if not (1 <= self.seconds < math.inf and self.trials >= 1):
            raise CampaignError("a bench needs at least 1 trial of at least 1 second, and an end")


@dataclass(slots=True)
class Result:
    """What one contender showed: a trial of plain fuzzing for each number, and the times."""

    name: str
    fuzzing: list[Trial] = field(default_factory=list)
    finding: list[Trial] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Median inputs per second."""
        return statistics.median(trial.rate for trial in self.fuzzing)

    @property
    def edges(self) -> float:
        """Median of the edges at the end; NaN for one that does not count edges like us."""
        ends = [trial.edges[-1][1] for trial in self.fuzzing if trial.edges]
        return statistics.median(ends) if ends else math.nan

    @property
    def evaluated(self) -> float:
        """Median share of inputs that the core evaluated; NaN where nobody counts."""
        shares = [t.evaluated for t in self.fuzzing if t.evaluated is not None]
        return statistics.median(shares) if shares else math.nan

    @property
    def length(self) -> float:
        """Median seconds of fuzzing in one run of the program: a finding ends it."""
        return statistics.median(trial.seconds / trial.runs for trial in self.fuzzing)

    def times(self, budget: float) -> Times:
        """Return the times to the finding."""
        found = (math.inf if t.found_after is None else t.found_after for t in self.finding)
        return Times(tuple(found), budget)


@dataclass(frozen=True, slots=True)
class BenchReport:
    """Everything that was measured; `incident` is the release whose defect was looked for."""

    target: str
    release: Release
    incident: Release | None
    options: BenchOptions
    results: tuple[Result, ...]

    def ratio(self, name: str, of: str = OURS) -> float:
        """Return the inputs/s of `of` over those of `name`: the median of the trials' ratios.

        NaN when `of` was not measured.
        """
        if all(result.name != of for result in self.results):
            return math.nan
        pairs = zip(self._result(of).fuzzing, self._result(name).fuzzing, strict=True)
        return statistics.median(o.rate / t.rate if t.rate else math.inf for o, t in pairs)

    def finding(self, name: str) -> Comparison:
        """Compare our times to the finding with those of `name`."""
        budget = self.options.seconds
        return compare(self._result(OURS).times(budget), self._result(name).times(budget))

    def _result(self, name: str) -> Result:
        return next(result for result in self.results if result.name == name)


def run_bench(
    target: Target,
    project: Project,
    options: BenchOptions,
    progress: Callable[[str], None] = lambda _line: None,
) -> BenchReport:
    """Measure every contender on `target`; `progress` gets a line for each trial.

    The contenders of a trial run at the same time, so that a change of the machine's speed
    meets all alike, and one that finds something is started again.  The incident is hunted by
    one at a time, in an order that turns by one each round.
    """
    clear_dead_runs(project.state, lambda name: project.corpus_of(name) / "evolved")
    seeds = compiled_seeds(target, project)
    release = target.core.fleet[-1]
    incident = target.incident.release if target.incident and options.find else None
    fuzzed = _chosen(contenders(target, release, project), options.only)
    results = {contender.name: Result(contender.name) for contender in fuzzed}
    bench = _Bench(seeds, project, options)
    for round_ in range(options.trials):
        for contender, trial in zip(fuzzed, bench.fuzz(fuzzed, round_), strict=True):
            results[contender.name].fuzzing.append(trial)
            progress(f"{contender.name}: {trial.rate:,.0f} inputs/s")
    if incident is not None:
        hunters = _chosen(contenders(target, incident, project), options.only)
        hunters = [c.without_oracles() for c in hunters if c.name != WITHOUT_ORACLES]
        for round_, contender in _rounds(hunters, options.trials):
            trial = bench.hunt(contender, round_)
            results[contender.name].finding.append(trial)
            progress(f"{contender.name}: {_found(trial)}")
    return BenchReport(target.name, release, incident, options, tuple(results.values()))


def _chosen(found: list[Contender], only: Sequence[str]) -> list[Contender]:
    unknown = set(only) - {contender.name for contender in found}
    if unknown:
        known = ", ".join(contender.name for contender in found)
        raise CampaignError(f"no contender {min(unknown)!r} here (there are: {known})")
    return [c for c in found if not only or c.name in only or c.name == OURS]


def _rounds(found: list[Contender], trials: int) -> list[tuple[int, Contender]]:
    turned = (found[r % len(found) :] + found[: r % len(found)] for r in range(trials))
    return [(round_, contender) for round_, order in enumerate(turned) for contender in order]


@dataclass(frozen=True, slots=True)
class _Bench:
    seeds: Path
    project: Project
    options: BenchOptions

    @property
    def _pin(self) -> int:
        return max(os.sched_getaffinity(0)) if self.options.pin is None else self.options.pin

    def fuzz(self, fuzzed: Sequence[Contender], round_: int) -> list[Trial]:
        """Run all of them at once, except those whose clock is their own."""
        with RunDirectory(self.project.state, ".trial") as run:
            together = [contender for contender in fuzzed if not contender.afl]
            starts = [self._start(contender, round_) for contender in together]
            folder = run.scratch
            trials = run_together(starts, folder, self.options.seconds, again=True)
            found = {c.name: t for c, t in zip(together, trials, strict=True)}
            for contender in fuzzed:
                if contender.afl:
                    found[contender.name] = self._afl(contender, folder, round_)
        return [c.shown(found[c.name]) for c in fuzzed]

    def hunt(self, contender: Contender, round_: int) -> Trial:
        """Run it alone until it finds something."""
        with RunDirectory(self.project.state, ".trial") as run:
            if contender.afl:
                return self._afl(contender, run.scratch, round_)
            start = self._start(contender, round_)
            return run_together([start], run.scratch, self.options.seconds, again=False)[0]

    def _start(self, contender: Contender, round_: int) -> Callable[[int, Path], Program]:
        def start(number: int, folder: Path) -> Program:
            # The same numbers for all: those that run the same inputs stay side by side.
            seed = self.options.seed + round_ + number * self.options.trials
            return contender.start(self.seeds, folder, seed, self._pin)

        return start

    def _afl(self, contender: Contender, folder: Path, round_: int) -> Trial:
        seed = self.options.seed + round_
        return contender.run_afl(self.seeds, folder, self.options.seconds, seed, self._pin)


def _found(trial: Trial) -> str:
    if trial.found_after is None:
        return f"nothing in {trial.seconds:.1f} s"
    return f"found after {trial.found_after:.2f} s"
