# SPDX-License-Identifier: Apache-2.0
"""Round trip: what was decoded and encoded again is the same bytes."""

from __future__ import annotations

from groundstop.errors import DecodeError
from groundstop.format import Record
from groundstop.model import Judgement, Outcome, Stage, Verdict

__all__ = ["RoundTrip"]


class RoundTrip:
    """Judges whether a format's declaration says all that is in an accepted testcase."""

    name = "round trip"

    def __init__(self, declaration: type[Record]) -> None:
        self._declaration = declaration

    def judge(self, testcase: bytes, outcome: Outcome) -> Judgement:
        """Compare for every testcase that the core accepted."""
        if outcome.stage < Stage.LOADED:
            return Judgement(Verdict.REJECT)
        try:
            record = self._declaration.parse(testcase)
        except DecodeError as error:
            # The harness around a core may be more tolerant than the declaration.
            return Judgement(Verdict.INCOMPARABLE, str(error))
        again = record.build(fix=False)
        if again == testcase:
            return Judgement(Verdict.PASS)
        differs = next(
            (i for i, (a, b) in enumerate(zip(again, testcase, strict=False)) if a != b),
            min(len(again), len(testcase)),
        )
        return Judgement(
            Verdict.FINDING,
            f"decoded and encoded again, the testcase differs from byte {differs} on "
            f"({len(testcase)} bytes became {len(again)})",
        )
