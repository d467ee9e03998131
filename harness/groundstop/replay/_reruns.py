# SPDX-License-Identifier: Apache-2.0
"""The core again, and the other builds of the fleet, for oracles that compare."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.config import Project
from groundstop.model import Release, Variant
from groundstop.replay._builds import Builds
from groundstop.replay._open import open_worker
from groundstop.replay._worker import Result, Worker
from groundstop.target import Target


class Reruns:
    """The target.Context of outcomes that `variant` of a target's core gave.

    `fleet` defaults to the core's own, the release of `variant` in place of the one with
    the same name.  A worker is opened with the first testcase for its variant, and its build
    made then, if it is not there: whoever has no time for that builds beforehand.
    `symbolize` is as for workers; `builds` are those that there are already.

    Also of use inside a fuzzing process: what is preloaded there does not reach the runners,
    and they end with the process however it ends.

    A context manager; give it back before its process ends in order.  Not for two threads
    at once.
    """

    def __init__(  # noqa: PLR0913  (as open_worker)
        self,
        target: Target,
        project: Project,
        variant: Variant,
        *,
        fleet: tuple[Release, ...] | None = None,
        symbolize: bool = False,
        builds: Builds | None = None,
    ) -> None:
        self._target = target
        self._project = project
        self._symbolize = symbolize
        self._builds = builds or Builds(target, project)
        self._workers: dict[Variant, Worker] = {}
        self.variant = variant
        self.fleet = _with_release(target.core.fleet, variant.release) if fleet is None else fleet

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            for worker in self._workers.values():
                worker.abandon()

    def close(self) -> None:
        """End all runners; raises as `Worker.close` does."""
        with ExitStack() as stack:
            for worker in self._workers.values():
                # All of them, also when the first one to be closed has something to say.
                stack.callback(worker.close)

    def tree(self, release: Release) -> Path:
        """Return the sources of `release`; raises BuildError or TargetError."""
        return self._builds.core(Variant(release, self.variant.sanitizer)).tree

    def run(
        self,
        testcase: bytes,
        *,
        variant: Variant | None = None,
        entry: str = "",
        fill: int | None = None,
    ) -> Result:
        """Run a testcase on `variant`, else on the one that gave the outcome.

        Raises as `open_worker` and `Worker.run` do; `entry` and `fill` are as there.
        """
        wanted = self.variant if variant is None else variant
        worker = self._workers.get(wanted)
        if worker is None:
            worker = open_worker(
                self._target,
                wanted,
                self._project,
                symbolize=self._symbolize,
                builds=self._builds,
            )
            self._workers[wanted] = worker
        return worker.run(testcase, entry=entry, fill=fill)


def _with_release(fleet: tuple[Release, ...], release: Release) -> tuple[Release, ...]:
    return tuple(release if one.name == release.name else one for one in fleet)
