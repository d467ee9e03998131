# SPDX-License-Identifier: Apache-2.0
"""Show one outcome to all oracles: the one place where that is done."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass

from groundstop.model import Judgement, Outcome, Verdict
from groundstop.target import Context, Oracle

__all__ = ["CORE", "Broken", "judge_all"]

# Under this name stands what the core itself says is wrong (groundstop_finding).
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
    judgements: list[tuple[str, Judgement]] = []
    if outcome.finding:
        judgements.append((CORE, Judgement(Verdict.FINDING, outcome.finding)))
    for oracle in oracles:
        try:
            judgement = oracle.judge(testcase, outcome, context)
            if not isinstance(judgement, Judgement):
                raise TypeError(f"judge() returned {judgement!r:.80}, not a Judgement")  # noqa: TRY301
        except (Exception, SystemExit) as error:  # noqa: BLE001  (an oracle is a user's code)
            judgement = _broken(error)
        judgements.append((oracle.name, judgement))
    return judgements


def _broken(error: BaseException) -> Broken:
    # One line: whatever the exception's own words are, the rest stands in the traceback.
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return Broken(Verdict.FINDING, f"{words}\n{''.join(traceback.format_exception(error))}")
