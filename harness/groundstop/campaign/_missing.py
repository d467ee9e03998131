# SPDX-License-Identifier: Apache-2.0
"""What cannot be judged of a target, and for want of what."""

from __future__ import annotations

from pathlib import Path

from groundstop.campaign._mutator import CROSSOVER, MUTATOR, own_hooks
from groundstop.target import Target

__all__ = ["is_blind", "missing_parts"]

# By the function of groundstop.h that a core would call.
_REPORTS = {
    b"groundstop_report_outcome": "the core reports no outcome: oracles see a sample, never "
    "what is new",
    b"groundstop_report_fuel": "the core reports no fuel: slow is only what hangs",
    b"groundstop_report_element": "the core reports no elements: there is no content coverage",
}


def is_blind(target: Target) -> bool:
    """Return whether the core counts no edges; raises CoreError for an unfit library."""
    library = target.core.prebuilt
    return library is not None and not library.covered


def missing_parts(target: Target, core: Path) -> list[str]:
    """Return a line for each part that `target`, compiled as `core`, does without.

    A core that reports no stage is not among them: what its inputs reached is not known,
    and the count of them says so.
    """
    lines = []
    if is_blind(target):
        lines.append(
            "blind: the library has no coverage, so nothing steers the fuzzer; compile it with "
            "-fsanitize=address,fuzzer-no-link"
        )
    hooks = own_hooks(core)
    if target.format is None and MUTATOR not in hooks:
        lines.append("no format: inputs are mutated as bytes")
    if target.format is not None and hooks == [CROSSOVER]:
        lines.append("its own crossover: the format's mutator is used instead, and has one")
    if not target.oracles:
        lines.append("no oracles: only what the core dies of, or itself reports, is found")
    if not target.core.releases:
        lines.append("no releases: there is no other build of the core to compare with")
    # A weak function that is never called leaves no name in the file.
    library = core.read_bytes()
    return [*lines, *(line for name, line in _REPORTS.items() if name not in library)]
