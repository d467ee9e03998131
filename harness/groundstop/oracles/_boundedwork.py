# SPDX-License-Identifier: Apache-2.0
"""Bounded work: no content can make the core work deeper than declared."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.errors import TargetError
from groundstop.model import Death, Judgement, Outcome, Release, Sanitizer, Variant, Verdict
from groundstop.oracles._compare import fatal
from groundstop.target import Context

__all__ = ["BoundedWork"]

# Of so many bytes the runner can tell the use: GS_PAINTED_STACK of native/driver/runner_stack.c.
_PAINTED = 256 << 10

# What frames seldom hold: zeros that a frame wrote would pass for stack that nobody used.
_PAINT = 0xA5


class BoundedWork:
    """Judges whether the core stays under its declared bound of stack.

    `stack` is in bytes, as a build without a sanitizer uses it.  Raises TargetError for one
    that cannot be measured.  How long the core works it says itself, with the bound
    (groundstop_fuel): that needs no oracle.
    """

    name = "bounded work"

    def __init__(self, stack: int) -> None:
        if not 0 < stack < _PAINTED:
            raise TargetError(
                f"BoundedWork: a stack of {stack} bytes cannot be judged: "
                f"use is measured up to {_PAINTED} bytes"
            )
        self._stack = stack

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the build whose stack is measured."""
        del fleet
        return (Variant(variant.release, Sanitizer.PLAIN),)

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Measure the stack; incomparable where that was not possible."""
        del outcome
        plain = Variant(context.variant.release, Sanitizer.PLAIN)
        result = context.run(testcase, variant=plain, fill=_PAINT)
        if isinstance(result, Death):
            if result.kind == "stack-overflow":
                return fatal(result, plain, "while its stack is measured")
            # It dies of something else, which is for the memory oracle to say.
            return Judgement(Verdict.INCOMPARABLE, f"dies: {result.kind}")
        if result.stack == 0:
            return Judgement(Verdict.INCOMPARABLE, "the stack cannot be measured here")
        if result.stack > self._stack:
            return Judgement(
                Verdict.FINDING, f"uses {result.stack} bytes of stack of {self._stack}"
            )
        return Judgement(Verdict.PASS)
