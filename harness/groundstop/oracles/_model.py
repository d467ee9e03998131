# SPDX-License-Identifier: Apache-2.0
"""Model: a second implementation of the specification predicts what the core answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from groundstop.model import Judgement, Outcome, Release, Stage, Variant, Verdict
from groundstop.oracles._compare import Describe, difference
from groundstop.target import Context

__all__ = ["Model", "Predict", "Prediction"]

# So many bytes of an outcome are kept: GS_REPORT_OUTCOME_CAPACITY of native/driver/report.h.
_KEPT = 65536


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a core that keeps to its specification reports: outcome, stage, returned value."""

    data: bytes
    stage: Stage
    returned: int


# (testcase, release, its sources) -> what must come of it, None where the model cannot tell.
Predict = Callable[[bytes, Release, Path], Prediction | None]


class Model:
    """Judges whether the core answers as a model written from the specification does."""

    name = "model"

    def __init__(self, predict: Predict, describe: Describe | None = None) -> None:
        self._predict = predict
        self._describe = describe

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Run nothing again."""
        del variant, fleet
        return ()

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Agree, incomparable or differ; a difference is named by its first step."""
        release = context.variant.release
        prediction = self._predict(testcase, release, context.tree(release))
        if prediction is None:
            return Judgement(Verdict.INCOMPARABLE, "the model cannot tell")
        kept = prediction.data[:_KEPT]
        expected = Outcome(prediction.returned, prediction.stage, kept)
        if differs := difference(outcome, expected):
            return Judgement(Verdict.FINDING, self._step(outcome, expected) or differs)
        accepted = expected.stage >= Stage.LOADED
        return Judgement(Verdict.PASS if accepted else Verdict.REJECT)

    def _step(self, outcome: Outcome, expected: Outcome) -> str:
        """Return the first line in which the two are told differently, empty without any."""
        if self._describe is None:
            return ""
        pairs = zip_longest(self._describe(outcome), self._describe(expected), fillvalue="nothing")
        for core, model in pairs:
            if core != model:
                return f"the core: {core}; the model: {model}"
        return ""
