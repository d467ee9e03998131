# SPDX-License-Identifier: Apache-2.0
"""Memory: what one build survives, another may not."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.model import Death, Judgement, Outcome, Release, Sanitizer, Variant, Verdict
from groundstop.oracles._compare import fatal
from groundstop.target import Context

__all__ = ["Memory"]


class Memory:
    """Judges whether the core's other builds survive the testcase, too.

    The build that gave the outcome has survived: each build finds by itself what it can see.
    Others see what it cannot: UndefinedBehaviorSanitizer what C does not define, and a plain
    build, its input between guard pages, the accesses of code that no sanitizer
    instruments.
    """

    name = "memory"

    def __init__(
        self, sanitizers: Sequence[Sanitizer] = (Sanitizer.UNDEFINED, Sanitizer.PLAIN)
    ) -> None:
        self._sanitizers = tuple(sanitizers)

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the builds of the same release under the other sanitizers."""
        del fleet
        others = (Variant(variant.release, sanitizer) for sanitizer in self._sanitizers)
        return [other for other in others if other != variant]

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Run every testcase, refused ones as well: refusing is work of the core's, too."""
        del outcome
        for other in self.variants(context.variant, context.fleet):
            result = context.run(testcase, variant=other)
            if isinstance(result, Death):
                return fatal(result, other, "where this one does not")
        return Judgement(Verdict.PASS)
