# SPDX-License-Identifier: Apache-2.0
"""Round trip: what was decoded and encoded again is the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groundstop.errors import DeclarationError, EncodeError
from groundstop.format import Decoded, Record
from groundstop.model import Judgement, Outcome, Release, Stage, Variant, Verdict
from groundstop.oracles._compare import first_difference
from groundstop.target import Context

__all__ = ["RoundTrip"]


class RoundTrip:
    """Judges whether a format's declaration says all that is in an accepted testcase.

    `loads` names the records of the declaration that the core itself loads: what a harness
    reads around them it may read tolerantly.  Without, it is the whole testcase.  `text`
    also takes a testcase to text and back, and returns what was lost on the way.  Raises
    DeclarationError for a record that is not declared.
    """

    name = "round trip"
    only_loading = True  # other events of the same content change nothing of what it says

    def __init__(
        self,
        declaration: type[Record],
        text: Callable[[bytes], Sequence[str]] | None = None,
        *,
        loads: Sequence[str] = (),
    ) -> None:
        for name in loads:
            if name not in declaration.__fields__:
                raise DeclarationError(f"{declaration.__name__} has no field {name}")
        self._declaration = declaration
        self._text = text
        self._loads = tuple(loads)

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Run nothing again."""
        del variant, fleet
        return ()

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Compare for every testcase that the core accepted."""
        del context
        if outcome.stage < Stage.LOADED:
            return Judgement(Verdict.REJECT)
        decoded = self._declaration.decode(testcase)
        try:
            lost = [_lost(decoded, name) for name in self._loads or ("",)]
        except (AttributeError, EncodeError):
            # It ends before its last field: there is nothing to encode again.
            return Judgement(Verdict.INCOMPARABLE)
        if words := next(filter(None, lost), ""):
            return Judgement(Verdict.FINDING, words)
        if problems := self._text(testcase) if self._text else ():
            return Judgement(Verdict.FINDING, f"as text and back: {problems[0]}")
        return Judgement(Verdict.PASS)


def _lost(decoded: Decoded[Record], name: str) -> str:
    """Return in what the record `name`, encoded again, differs from what was decoded."""
    record = getattr(decoded.value, name) if name else decoded.value
    span = decoded.span(name) if name else None
    stored = decoded.data[span.start : span.end] if span else decoded.data
    again = record.build(fix=False)
    if again == stored:
        return ""
    return (
        f"decoded and encoded again, {name or 'the testcase'} differs from byte "
        f"{first_difference(again, stored)} on ({len(stored)} bytes became {len(again)})"
    )
