# SPDX-License-Identifier: Apache-2.0
"""Releases: the same content on the whole fleet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from groundstop.model import Death, Judgement, Outcome, Release, Variant, Verdict
from groundstop.oracles._compare import difference, fatal
from groundstop.target import Context

__all__ = ["Alike", "Releases"]

# (testcase, a release, its sources, another, its sources) -> whether both must answer the same.
Alike = Callable[[bytes, Release, Path, Release, Path], bool]


class Releases:
    """Judges whether every other release survives the testcase, and answers the same where alike.

    Releases are alike for a testcase when what it uses is the same in both.
    """

    name = "releases"

    def __init__(self, alike: Alike) -> None:
        self._alike = alike

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the other releases, built in the same way."""
        others = (release for release in fleet if release != variant.release)
        return [Variant(release, variant.sanitizer) for release in others]

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Compare with each other release; incomparable where none of them is alike."""
        mine = context.variant.release
        verdict = Verdict.INCOMPARABLE
        for other in self.variants(context.variant, context.fleet):
            result = context.run(testcase, variant=other)
            if isinstance(result, Death):
                return fatal(result, other, f"of what {mine} survives")
            its = other.release
            if not self._alike(testcase, mine, context.tree(mine), its, context.tree(its)):
                continue
            if differs := difference(result, outcome):
                return Judgement(Verdict.FINDING, f"{its} answers not as {mine} does: {differs}")
            verdict = Verdict.PASS
        return Judgement(verdict)
