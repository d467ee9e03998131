# SPDX-License-Identifier: Apache-2.0
"""The rig of a gate: a running core of every release under every sanitizer, others on demand."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.config import Project
from groundstop.findings import headline
from groundstop.model import Death, Outcome, Release, Sanitizer, Variant
from groundstop.replay import Worker, open_worker
from groundstop.target import Target, build_variants

GATE_SANITIZERS = (Sanitizer.ADDRESS, Sanitizer.UNDEFINED)


def spoken(release: Release) -> str:
    """Return a release as messages name it; a core without releases has only itself."""
    return str(release) or "the core"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one variant made of one testcase."""

    variant: Variant
    result: Outcome | Death

    @property
    def death(self) -> str:
        """How the core died, in one line; empty when it lives."""
        if isinstance(self.result, Death):
            return headline(self.result)
        return ""


class RigContext:
    """The target.Context of one testcase's outcomes; `answers` are all that the rig has of it.

    What another build made of the testcase is among the answers, and not run again.
    """

    def __init__(
        self, rig: Rig, variant: Variant, testcase: bytes, answers: Sequence[Answer]
    ) -> None:
        self.variant = variant
        self.fleet = rig.fleet
        self._rig = rig
        self._testcase = testcase
        self._known = {answer.variant: answer.result for answer in answers}

    def tree(self, release: Release) -> Path:
        """Return the sources that `release` was built from."""
        return self._rig.tree(release)

    def run(
        self,
        testcase: bytes,
        *,
        variant: Variant | None = None,
        entry: str = "",
        fill: int | None = None,
    ) -> Outcome | Death:
        """Run a testcase on `variant`; raises as `open_worker` and `Worker.run` do."""
        wanted = variant or self.variant
        answered = testcase == self._testcase and not entry and fill is None
        if answered and wanted != self.variant and wanted in self._known:
            return self._known[wanted]
        return self._rig.rerunner(wanted).run(testcase, entry=entry, fill=fill)


class Rig:
    """Builds every variant and keeps one isolated worker for each; use as a context manager."""

    def __init__(self, target: Target, project: Project, fleet: Sequence[Release]) -> None:
        self.target = target
        self.fleet = tuple(fleet)
        core = target.core
        # A prebuilt library answers as it was built, whatever that is.
        sanitizers = core.sanitizers if core.library else GATE_SANITIZERS
        self.lacking = tuple(s for s in GATE_SANITIZERS if s not in sanitizers)
        variants = [Variant(release, s) for release in fleet for s in sanitizers]
        self.project = project
        self._built = build_variants(target, variants, project)
        self._stack = ExitStack()
        # Those that answer, and those in which oracles run a testcase again.
        self._workers: dict[Variant, Worker] = {}
        self._rerunners: dict[Variant, Worker] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for built in self._built:
                worker = open_worker(self.target, built.variant, self.project, symbolize=True)
                self._workers[built.variant] = stack.enter_context(worker)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def size(self) -> int:
        """How many cores answer: releases times sanitizers."""
        return len(self._workers)

    @functools.cached_property
    def reports_stages(self) -> bool:
        """Whether the core says how far an input gets, at least sometimes."""
        # A weak function that is never called leaves no name in the file.
        name = b"groundstop_report_stage"
        return any(name in built.library.read_bytes() for built in self._built)

    def rerunner(self, variant: Variant) -> Worker:
        """Return a worker of `variant` that is none of those that answer, opened if need be."""
        found = self._rerunners.get(variant)
        if found is None:
            found = open_worker(self.target, variant, self.project, symbolize=True)
            self._rerunners[variant] = self._stack.enter_context(found)
        return found

    def tree(self, release: Release) -> Path:
        """Return the sources that `release` was built from."""
        return next(b.tree for b in self._built if b.variant.release == release)

    def run(self, testcase: bytes) -> list[Answer]:
        """Run one testcase on every variant."""
        return self.run_many([testcase])[0]

    def run_many(self, testcases: Sequence[bytes]) -> list[list[Answer]]:
        """Run testcases on every variant; for each testcase the variants' answers."""
        columns = self._run(dict.fromkeys(self._workers, testcases))
        return [list(row) for row in zip(*columns.values(), strict=True)]

    def run_each(
        self, testcases: Mapping[Release, Sequence[bytes]]
    ) -> dict[Release, list[list[Answer]]]:
        """Run on each release testcases of its own; for each release as `run_many`."""
        columns = self._run({v: testcases[v.release] for v in self._workers})
        rows = {}
        for release in testcases:
            own = (column for variant, column in columns.items() if variant.release == release)
            rows[release] = [list(row) for row in zip(*own, strict=True)]
        return rows

    def run_on(self, variant: Variant, testcases: Sequence[bytes]) -> list[Answer]:
        """Run testcases on one variant."""
        return self._run({variant: testcases})[variant]

    def _run(self, testcases: Mapping[Variant, Sequence[bytes]]) -> dict[Variant, list[Answer]]:
        """Run testcases on their variants.

        Each variant's worker is a process of its own: all of them run at once.
        """
        with ThreadPoolExecutor(max_workers=len(testcases) or 1) as pool:
            answered = pool.map(
                lambda variant: self._workers[variant].run_many(testcases[variant]), testcases
            )
            return {
                variant: [Answer(variant, result) for result in results]
                for variant, results in zip(testcases, answered, strict=True)
            }
