# SPDX-License-Identifier: Apache-2.0
"""Show one outcome to the oracles: the one place where that is done."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groundstop.model import Judgement, Outcome, Verdict
from groundstop.target import Context, Oracle

__all__ = ["CORE", "Broken", "judge_all", "judge_in_turn"]

# Under this name stands what the core itself says is wrong: by groundstop_finding, or by its
# own figures (groundstop_fuel).
CORE = "core"


@dataclass(frozen=True, slots=True)
class Broken(Judgement):
    """A finding about the oracle itself: it raised, and says nothing of the core.

    The first line of the message is the exception, the others are its traceback.
    """


def judge_all(
    oracles: Iterable[Oracle], testcase: bytes, outcome: Outcome, context: Context
) -> list[tuple[str, Judgement]]:
    """Return what each oracle says, by its name, in their order.

    What the core itself found comes first, under the name `core`.  An oracle that raises
    is `Broken`, and the others are still asked.
    """
    return list(judge_in_turn(oracles, testcase, outcome, context))


def judge_in_turn(
    oracles: Iterable[Oracle], testcase: bytes, outcome: Outcome, context: Context
) -> Iterator[tuple[str, Judgement]]:
    """Yield what `judge_all` returns; an oracle is asked when its turn comes, not before."""
    if outcome.finding:
        yield CORE, Judgement(Verdict.FINDING, outcome.finding)
    if outcome.fuel_excess:
        spends = (
            f"an evaluation spends {outcome.fuel_excess} fuel more than it may "
            f"(in all {outcome.fuel} of {outcome.fuel_bound}, {len(testcase)} bytes)"
        )
        yield CORE, Judgement(Verdict.FINDING, spends)
    for oracle in oracles:
        try:
            judgement = oracle.judge(testcase, outcome, context)
            if not isinstance(judgement, Judgement):
                raise TypeError(f"judge() returned {judgement!r:.80}, not a Judgement")  # noqa: TRY301
        except (Exception, SystemExit) as error:  # noqa: BLE001  (an oracle is a user's code)
            judgement = _broken(error)
        yield oracle.name, judgement


def _broken(error: BaseException) -> Broken:
    # One line: whatever the exception's own words are, the rest stands in the traceback.
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return Broken(Verdict.FINDING, f"{words}\n{''.join(traceback.format_exception(error))}")
