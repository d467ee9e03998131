# SPDX-License-Identifier: Apache-2.0
"""Workers for the variants of a target: builds what is needed, then opens."""

from __future__ import annotations

from collections.abc import Mapping

from groundstop.config import Project
from groundstop.model import Variant
from groundstop.replay._builds import Builds
from groundstop.replay._pool import Pool
from groundstop.replay._worker import DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT, Worker
from groundstop.target import Target


def open_worker(  # noqa: PLR0913  (as Worker)
    target: Target,
    variant: Variant,
    project: Project,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    memory_mb: int = DEFAULT_MEMORY_MB,
    symbolize: bool = False,
    environment: Mapping[str, str] | None = None,
    builds: Builds | None = None,
) -> Worker:
    """Return a worker for one variant of a target's core; raises BuildError or TargetError."""
    builds = builds or Builds(target, project)
    return Worker(
        builds.core(variant).library,
        target.core.entry,
        builds.runner(variant.sanitizer),
        variant.sanitizer,
        timeout=timeout,
        memory_mb=memory_mb,
        symbolize=symbolize,
        environment=environment,
    )


def open_pool(
    target: Target,
    variant: Variant,
    project: Project,
    *,
    workers: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Pool:
    """Return a pool of workers (default: one for each processor) for one variant."""

    def make() -> Worker:
        return open_worker(target, variant, project, environment=environment)

    return Pool(make, workers)
