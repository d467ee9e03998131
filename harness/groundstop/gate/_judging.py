# SPDX-License-Identifier: Apache-2.0
"""What the oracles say of a testcase's outcomes, and what of it holds a candidate."""

from __future__ import annotations

from collections.abc import Container, Sequence

from groundstop.findings import headline
from groundstop.gate._rig import Answer, Rig, RigContext
from groundstop.model import Judgement, Outcome, Release, Verdict
from groundstop.oracles import Broken, Fatal, judge_all
from groundstop.target import Oracle, Problem

__all__ = ["Judged", "asked", "distinct", "findings", "judged_by", "judgements", "said"]

# The answer whose outcome was judged, the oracle's name, and what it says.
Judged = tuple[Answer, str, Judgement]


def judgements(
    oracles: Sequence[Oracle], testcase: bytes, answers: Sequence[Answer], rig: Rig
) -> list[Judged]:
    """Return what each oracle says of each outcome of one testcase."""
    judged = []
    dead = {answer.variant for answer in answers if answer.death}
    for answer, outcome in distinct(answers):
        context = RigContext(rig, answer.variant, testcase, answers)
        for oracle, judgement in judge_all(oracles, testcase, outcome, context):
            if isinstance(judgement, Fatal) and judgement.variant in dead:
                continue  # it dies without being asked to, and has a problem of its own
            judged.append((answer, oracle, judgement))
    return judged


def findings(judged: Sequence[Judged], name: str) -> list[Problem]:
    """Return a problem for each finding; that an oracle is broken is one, too."""
    return [
        Problem("oracle", said(answer, judgement, name), f"oracle {oracle}")
        for answer, oracle, judgement in judged
        if judgement.verdict is Verdict.FINDING
    ]


def judged_by(judged: Sequence[Judged]) -> set[str]:
    """Return the oracles that judged any of the outcomes."""
    return {
        oracle
        for _, oracle, judgement in judged
        if judgement.verdict is not Verdict.INCOMPARABLE and not isinstance(judgement, Broken)
    }


def asked(oracles: Sequence[Oracle], judges: Container[str]) -> str:
    """Say which oracles judged any of the outcomes, and which none of them."""
    names = [oracle.name for oracle in oracles]
    words = f"judged by {', '.join(name for name in names if name in judges) or 'no oracle'}"
    abstained = ", ".join(name for name in names if name not in judges)
    return f"{words}; not by {abstained}" if abstained else words


def said(answer: Answer, judgement: Judgement, name: str) -> str:
    if isinstance(judgement, Broken):
        return f"the oracle is broken: {judgement.message.rstrip()}"
    words = judgement.message.partition("\n")[0]
    if judgement.verdict is Verdict.INCOMPARABLE:
        words = f"cannot be judged: {words}"
    if isinstance(judgement, Fatal):
        words = f"{words}; {headline(judgement.death)}"
    return f"{answer.variant.release} on {name}: {words}".lstrip()


def distinct(answers: Sequence[Answer]) -> list[tuple[Answer, Outcome]]:
    """Return the outcomes, of those that builds of one release agree on only the first."""
    # A death is no outcome: another stage holds for it.
    first: dict[tuple[Release, Outcome], Answer] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome):
            first.setdefault((answer.variant.release, answer.result), answer)
    return [(answer, outcome) for (_, outcome), answer in first.items()]
