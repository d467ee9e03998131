# SPDX-License-Identifier: Apache-2.0
"""Accepted means safe: the validator on the ground and the loader in the core agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from groundstop.model import Judgement, Outcome, Release, Stage, Variant, Verdict
from groundstop.target import Context

__all__ = ["Accepted", "Validate"]

# (testcase, release, its sources) -> why it must not load, none of it to accept, None to abstain.
Validate = Callable[[bytes, Release, Path], Sequence[str] | None]


class Accepted:
    """Judges whether the core's loader accepts exactly what the validator accepts.

    A loader that takes more loads what nobody has checked; a validator that takes more
    ships what the core then refuses.
    """

    name = "accepted"
    only_loading = True  # other events of the same content change nothing of what it says

    def __init__(self, validate: Validate) -> None:
        self._validate = validate

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Run nothing again."""
        del variant, fleet
        return ()

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Compare the two answers; incomparable where either gave none."""
        if outcome.stage is Stage.NONE:
            return Judgement(Verdict.INCOMPARABLE, "the core does not say whether it loaded this")
        release = context.variant.release
        reasons = self._validate(testcase, release, context.tree(release))
        if reasons is None:
            return Judgement(Verdict.INCOMPARABLE)
        loaded = outcome.stage >= Stage.LOADED
        if loaded and reasons:
            return Judgement(Verdict.FINDING, f"the core loads what is not valid: {reasons[0]}")
        if not loaded and not reasons:
            return Judgement(Verdict.FINDING, "the core refuses what the validator accepts")
        return Judgement(Verdict.PASS if loaded else Verdict.REJECT)
