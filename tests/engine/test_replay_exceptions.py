# SPDX-License-Identifier: Apache-2.0
"""A core in C++ may throw: what it catches is no death, and what it does not is an abort."""

from __future__ import annotations

import pytest

from groundstop.model import Sanitizer
from groundstop.replay import Worker
from groundstop.toolchain import Recipe, build_shared
from support.replaying import CORES, SANITIZERS, STATE, died, runner, survived


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_only_what_is_not_caught_ends_the_process(sanitizer: Sanitizer) -> None:
    recipe = Recipe(name="throws", root=CORES, sources=("throws.cc",), ldflags=("-lstdc++",))
    core = build_shared(recipe, sanitizer, project_state=STATE)
    with Worker(core, "throws_entry", runner(sanitizer), sanitizer) as worker:
        results = worker.run_many([b"-", b"c", b"u", b"c"])
    assert [survived(results[n]).returned for n in (0, 1, 3)] == [0, -1, -1]
    assert died(results[2]).kind == "abort"
    assert "std::runtime_error" in died(results[2]).report
