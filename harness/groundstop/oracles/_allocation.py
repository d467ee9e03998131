# SPDX-License-Identifier: Apache-2.0
"""Allocation failure: there is no memory left, and everything stays as it was."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.model import Death, Judgement, Outcome, Release, Variant, Verdict
from groundstop.oracles._compare import fatal
from groundstop.target import Context

__all__ = ["AllocationFailure"]


class AllocationFailure:
    """Judges whether the core bears that any of its allocations fails.

    The judging is done by a function of the core's own library, `entry`, of the same form
    as its entry point: it fails the n-th allocation for every n, and reports an unclean
    end, a leak, or content that is not the old one, through groundstop_finding.
    """

    name = "allocation failure"

    def __init__(self, entry: str) -> None:
        self._entry = entry

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the same build: its other function runs."""
        del fleet
        return (variant,)

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Run the check on every testcase; a refused one allocates before it is refused."""
        del outcome
        result = context.run(testcase, entry=self._entry)
        if isinstance(result, Death):
            return fatal(result, context.variant, "when an allocation fails")
        if result.finding:
            return Judgement(Verdict.FINDING, result.finding)
        return Judgement(Verdict.PASS)
