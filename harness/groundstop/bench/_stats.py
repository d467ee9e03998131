# SPDX-License-Identifier: Apache-2.0
"""Compare two sets of times to a finding, honestly: not found is censored, not dropped.

The method is that of Klees et al., "Evaluating Fuzz Testing" (CCS 2018): repeated
trials, medians with ranges, a rank test and an effect size.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds to the finding, one for each trial; `math.inf` for a trial that did not find it.

    `budget` is what a trial had, in seconds: what a censored trial is known to exceed.
    """

    seconds: tuple[float, ...]
    budget: float

    @property
    def found(self) -> int:
        """How many trials found it."""
        return sum(math.isfinite(s) for s in self.seconds)

    @property
    def median(self) -> float:
        """The median, infinite when half of the trials or more did not find it."""
        return statistics.median(self.seconds) if self._median_found else math.inf

    @property
    def _median_found(self) -> bool:
        return self.found * 2 > len(self.seconds)

    @property
    def lower_median(self) -> float:
        """The median with every censored trial taken as the budget: a bound from below."""
        return statistics.median(min(s, self.budget) for s in self.seconds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How `ours` compares with `theirs`.

    `ratio` is their median over ours, a bound from below when `censored`; `p_value` is
    that of the two-sided Mann-Whitney U test; `a12` is the Vargha-Delaney effect size, the
    chance that a trial of ours is faster than one of theirs (ties count half).
    """

    ratio: float
    censored: bool
    p_value: float
    a12: float


def compare(ours: Times, theirs: Times) -> Comparison:
    """Compare two sets of trials; needs scipy (the `bench` extra)."""
    from scipy.stats import mannwhitneyu

    # Only ranks matter: a censored trial ranks behind every one that found it.
    u = mannwhitneyu(_ranked(theirs), _ranked(ours), alternative="two-sided")
    censored = not math.isfinite(theirs.median)
    return Comparison(
        ratio=theirs.lower_median / ours.lower_median,
        censored=censored,
        p_value=float(u.pvalue),
        a12=a12(ours.seconds, theirs.seconds),
    )


def a12(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the Vargha-Delaney effect size: 1.0 when each of ours is faster."""
    wins = sum((o < t) + 0.5 * (o == t) for o in ours for t in theirs)
    return wins / (len(ours) * len(theirs))


def _ranked(times: Times) -> list[float]:
    return [s if math.isfinite(s) else times.budget * 2 for s in times.seconds]
