# SPDX-License-Identifier: Apache-2.0
"""Who mutates: the core's own functions, the format's mutator, or libFuzzer alone."""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.native import open_library
from groundstop.toolchain import build_mutator, build_own_hooks, read_elf

__all__ = ["CROSSOVER", "MUTATOR", "mutator_for", "own_hooks"]

# What a core may bring, and what libFuzzer calls it; native/own passes it on.
MUTATOR = "mutator"
CROSSOVER = "crossover"
_HOOKS = {
    MUTATOR: "LLVMFuzzerCustomMutator",
    CROSSOVER: "LLVMFuzzerCustomCrossOver",
}
_TABLES = """
struct groundstop_mutator *groundstop_mutator_create(const uint8_t *table, size_t table_size,
                                                     size_t max_size, const char **error);
void groundstop_mutator_destroy(struct groundstop_mutator *mutator);
"""


def mutator_for(project: Project, core: Path, table: Path | None) -> Path | None:
    """Build the library with libFuzzer's hooks: the core's own, or ours; None where it has none.

    A core that brings a mutator knows what a format does not say.  A crossover alone does not
    replace what works from `table`, a format's.  Without either libFuzzer mutates alone.
    Raises TargetError for a format that the mutator cannot work from.
    """
    hooks = own_hooks(core)
    if MUTATOR in hooks or (hooks and not table):
        return build_own_hooks(hooks, project_state=project.state)
    if not table:
        return None
    mutator = build_mutator(project_state=project.state)
    _check_table(mutator, table)
    return mutator


def _check_table(mutator: Path, table: Path) -> None:
    """Ask the mutator itself: in a campaign nobody hears what it says."""
    library = open_library(mutator, _TABLES)
    content = table.read_bytes()
    error = library.ffi.new("const char **")
    made = library.functions.groundstop_mutator_create(content, len(content), 1, error)
    if made == library.ffi.NULL:
        why = library.ffi.string(error[0]).decode()
        raise TargetError(
            f"target {table.name.partition('-')[0]}: its format cannot be mutated: {why}: declare "
            "it otherwise, or declare none (then inputs are mutated as plain bytes)"
        )
    library.functions.groundstop_mutator_destroy(made)


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
