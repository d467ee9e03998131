# SPDX-License-Identifier: Apache-2.0
"""Workers on small cores of C, compiled once for all tests."""

from __future__ import annotations

import functools
from pathlib import Path

from groundstop.model import Death, Outcome, Sanitizer
from groundstop.replay import Worker
from groundstop.toolchain import Recipe, build_runner, build_shared, native_root

CORES = Path(__file__).parent / "cores"
STATE = Path(__file__).resolve().parents[2] / ".groundstop"

SANITIZERS = (Sanitizer.ADDRESS, Sanitizer.UNDEFINED, Sanitizer.PLAIN)


@functools.cache
def core(name: str, sanitizer: Sanitizer, *, instrument: bool = True) -> Path:
    recipe = Recipe(
        name=f"test-{name}",
        root=CORES,
        sources=(f"{name}.c",),
        include=(native_root() / "include",),
        cflags=("-Wno-fortify-source",),
        instrument=instrument,
    )
    return build_shared(recipe, sanitizer, project_state=STATE)


@functools.cache
def runner(sanitizer: Sanitizer) -> Path:
    return build_runner(sanitizer, project_state=STATE)


def hostile(
    sanitizer: Sanitizer,
    *,
    timeout: float = 20.0,
    memory_mb: int = 2048,
    symbolize: bool = False,
) -> Worker:
    """Return a worker on cores/hostile.c."""
    return Worker(
        core("hostile", sanitizer),
        "hostile_entry",
        runner(sanitizer),
        sanitizer,
        timeout=timeout,
        memory_mb=memory_mb,
        symbolize=symbolize,
    )


def fresh(sanitizer: Sanitizer) -> Worker:
    """Return a worker on cores/fresh.c."""
    return Worker(core("fresh", sanitizer), "fresh_entry", runner(sanitizer), sanitizer)


def survived(result: Outcome | Death) -> Outcome:
    assert isinstance(result, Outcome), result.report
    return result


def died(result: Outcome | Death) -> Death:
    assert isinstance(result, Death), result
    return result
