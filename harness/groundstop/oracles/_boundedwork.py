# SPDX-License-Identifier: Apache-2.0
"""Bounded work: no content can make the core work longer, or deeper, than declared."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.model import Death, Judgement, Outcome, Release, Sanitizer, Variant, Verdict
from groundstop.oracles._compare import fatal
from groundstop.target import Context

__all__ = ["BoundedWork"]


class BoundedWork:
    """Judges whether the core's work stays under its declared bounds: its fuel, its stack.

    `stack` is in bytes, as a build without a sanitizer uses it; None leaves it unmeasured.
    The core reports its fuel together with the bound (groundstop_fuel): slow is what
    spends more, on any machine.
    """

    name = "bounded work"

    def __init__(self, stack: int | None = None) -> None:
        self._stack = stack

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the build whose stack is measured."""
        del fleet
        return () if self._stack is None else (Variant(variant.release, Sanitizer.PLAIN),)

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Judge the fuel of the outcome, then measure the stack."""
        if outcome.fuel_excess:
            return Judgement(
                Verdict.FINDING,
                f"an evaluation spends {outcome.fuel_excess} fuel more than it may "
                f"(in all {outcome.fuel} of {outcome.fuel_bound}, {len(testcase)} bytes)",
            )
        for plain in self.variants(context.variant, context.fleet):
            result = context.run(testcase, variant=plain, fill=0)
            if isinstance(result, Death):
                if result.kind == "stack-overflow":
                    return fatal(result, plain, "while its stack is measured")
                # It dies of something else, which is for the memory oracle to say.
                return Judgement(Verdict.INCOMPARABLE, f"dies: {result.kind}")
            if self._stack is not None and result.stack > self._stack:
                return Judgement(
                    Verdict.FINDING, f"uses {result.stack} bytes of stack of {self._stack}"
                )
        return Judgement(Verdict.PASS)
