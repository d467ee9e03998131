# SPDX-License-Identifier: Apache-2.0
"""Who mutates: the core's own functions, the format's mutator, or libFuzzer alone."""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project
from groundstop.toolchain import build_mutator, build_own_hooks, read_elf

__all__ = ["CROSSOVER", "MUTATOR", "mutator_for", "own_hooks"]

# What a core may bring, and what libFuzzer calls it; native/own passes it on.
MUTATOR = "mutator"
CROSSOVER = "crossover"
_HOOKS = {
    MUTATOR: "LLVMFuzzerCustomMutator",
    CROSSOVER: "LLVMFuzzerCustomCrossOver",
}


def mutator_for(project: Project, core: Path, table: Path | None) -> Path | None:
    """Build the library with libFuzzer's hooks: the core's own, or ours; None where it has none.

    A core that brings a mutator knows what a format does not say.  A crossover alone does not
    replace what works from `table`, a format's.  Without either libFuzzer mutates alone.
    """
    hooks = own_hooks(core)
    if MUTATOR in hooks or (hooks and not table):
        return build_own_hooks(hooks, project_state=project.state)
    return build_mutator(project_state=project.state) if table else None


def own_hooks(core: Path) -> list[str]:
    """Return which of MUTATOR and CROSSOVER a compiled core brings."""
    content = core.read_bytes()
    if not any(name.encode() in content for name in _HOOKS.values()):
        return []
    # The name alone may also be that of a function that it keeps to itself.
    exported = read_elf(core).exported
    return [
        hook for hook, name in _HOOKS.items() if name in exported and exported[name].kind == "FUNC"
    ]
