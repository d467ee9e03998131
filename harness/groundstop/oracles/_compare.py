# SPDX-License-Identifier: Apache-2.0
"""What oracles share: how two outcomes differ, and what a death on the way means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from groundstop.model import Death, Judgement, Outcome, Variant, Verdict

__all__ = ["Describe", "Fatal", "difference", "fatal", "first_difference"]

# How a content toolchain describes an outcome: one line for each step of the core.
Describe = Callable[[Outcome], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fatal(Judgement):
    """A finding: the core died in a run that the oracle asked for.

    `variant` is the build that died.  The first line of the message says how, the others
    are the report.
    """

    death: Death
    variant: Variant


def fatal(death: Death, variant: Variant, when: str) -> Judgement:
    """Return the finding that `variant` died; `when` follows its name in the message.

    Out of time is not a finding but incomparable: a rerun does other work than the run that
    is judged, on a machine that may be busy, and no time says what is too much of it.
    """
    if death.kind == "timeout":
        return Judgement(Verdict.INCOMPARABLE, f"the {variant} build takes too long {when}")
    words = f"the {variant} build dies {when}: {death.kind}"
    return Fatal(Verdict.FINDING, f"{words}\n{death.report}", death=death, variant=variant)


def difference(this: Outcome, other: Outcome) -> str:
    """Return in what `this` differs from `other` in stage, data or returned value; else ``."""
    if this.stage != other.stage:
        return f"stage {this.stage.name}, not {other.stage.name}"
    if this.data != other.data:
        place = first_difference(this.data, other.data)
        return (
            f"the outcome differs from byte {place} on: {_at(this, place)}, not {_at(other, place)}"
        )
    if this.returned != other.returned:
        return f"the entry point returns {this.returned}, not {other.returned}"
    return ""


def first_difference(one: bytes, other: bytes) -> int:
    """Return where two different byte strings begin to differ."""
    pairs = zip_longest(one, other)
    return next(place for place, (a, b) in enumerate(pairs) if a != b)


def _at(outcome: Outcome, place: int) -> str:
    return repr(outcome.data[place : place + 8].hex(" "))
