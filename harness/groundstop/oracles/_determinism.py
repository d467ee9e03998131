# SPDX-License-Identifier: Apache-2.0
"""Determinism: same input, same outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundstop.model import Death, Judgement, Outcome, Release, Variant, Verdict
from groundstop.oracles._compare import difference, fatal
from groundstop.target import Context

__all__ = ["Determinism"]

_FILLS = (0x00, 0xFF)


class Determinism:
    """Judges whether the outcome depends on anything but the testcase.

    It runs again in another process, and there once more: with heap and stack full of
    zeros, then of ones.  What comes of memory that nobody has written, or of what an
    earlier input left behind, is different at least once.
    """

    name = "determinism"

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the same build: it runs again."""
        del fleet
        return (variant,)

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Compare with two more runs of the same build."""
        for fill in _FILLS:
            memory = f"with memory full of {fill:#04x}"
            result = context.run(testcase, fill=fill)
            if isinstance(result, Death):
                return fatal(result, context.variant, memory)
            if differs := difference(result, outcome) or _unseen(result, outcome):
                return Judgement(Verdict.FINDING, f"run again {memory}: {differs}")
        return Judgement(Verdict.PASS)


def _unseen(result: Outcome, outcome: Outcome) -> str:
    """Return a difference in what the core did rather than in what it answered."""
    # Details are for replay alone, and the stack is not measured in every run.
    if result == replace(outcome, details=result.details, stack=result.stack):
        return ""
    if result.elements != outcome.elements:
        return f"{len(result.elements ^ outcome.elements)} elements are evaluated differently"
    if result.fuel != outcome.fuel:
        return f"fuel {result.fuel}, not {outcome.fuel}"
    return "the core reports something else about it"
