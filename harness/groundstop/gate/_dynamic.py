# SPDX-License-Identifier: Apache-2.0
"""Stages that run the real core of every release under every sanitizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from groundstop.gate._bench import Answer, Bench
from groundstop.gate._decision import StageResult, StageStatus
from groundstop.model import Outcome, Stage
from groundstop.target import ContentToolchain, Problem


def load_stage(content: ContentToolchain, testcase: bytes, bench: Bench) -> StageResult:
    """Judge whether every core loads the candidate."""
    answers = bench.run(content.join(testcase, b""))
    problems = _deaths("load", answers, "while it loads the file")
    refused: dict[str, list[str]] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome) and answer.result.stage < Stage.LOADED:
            reason = "; ".join(content.describe(answer.result)) or "no reason was reported"
            refused.setdefault(reason, []).append(str(answer.variant.release))
    for reason, releases in refused.items():
        names = ", ".join(dict.fromkeys(releases))
        problems.append(Problem("load", f"refused by {names}: {reason}", "the core"))
    loaded = sum(_stage(answer) >= Stage.LOADED for answer in answers)
    return StageResult.judged("load", f"loaded by {loaded} of {bench.size} cores", problems)


def evaluate_stage(
    content: ContentToolchain, testcase: bytes, events: Mapping[str, bytes], bench: Bench
) -> StageResult:
    """Evaluate the candidate on its own events and on those of the corpus, in every core.

    `events` are testcases by name.  Loading is not evaluating: when no core evaluated
    the candidate on any event, nothing is known of it, and it is held.
    """
    problems: list[Problem] = []
    evaluated = 0
    without_events = content.join(testcase, b"")
    # By content: hostile seeds have no events, and one event set may be in several seeds.
    everything = {testcase: "its own events"}
    for name, other in events.items():
        joined = content.join(testcase, other)
        if joined != without_events:
            everything.setdefault(joined, f"the events of {name}")
    rows = bench.run_many(list(everything))
    for name, answers in zip(everything.values(), rows, strict=True):
        problems += _deaths("evaluate", answers, f"on {name}")
        outcomes = [a for a in answers if isinstance(a.result, Outcome)]
        evaluated += any(_stage(a) == Stage.EVALUATED for a in outcomes)
        problems += _disagreements(outcomes, name)
    if not evaluated:
        problems.append(
            Problem(
                "evaluate",
                f"no event out of {len(everything)} testcases was evaluated on any release",
                "the corpus",
                "add a seed with an event of the candidate's type",
            )
        )
    evidence = f"{evaluated} of {len(everything)} testcases evaluated, on {bench.size} cores"
    return StageResult.judged("evaluate", evidence, problems)


def regressions_stage(regressions: Mapping[str, bytes], bench: Bench) -> StageResult:
    """Judge whether a core of the fleet has a defect back that was found before."""
    problems: list[Problem] = []
    rows = bench.run_many(list(regressions.values()))
    for name, answers in zip(regressions, rows, strict=True):
        problems += _deaths("regression", answers, f"on {name}")
    evidence = f"{len(regressions)} inputs on {bench.size} cores"
    return StageResult.judged("regressions", evidence, problems)


def not_run(name: str, why: str) -> StageResult:
    """Return a stage that could not run; the gate holds."""
    return StageResult(name, StageStatus.NOT_RUN, why)


def _deaths(rule: str, answers: Sequence[Answer], when: str) -> list[Problem]:
    return [
        Problem(
            rule,
            f"{answer.variant.release} dies {when}: {answer.death}",
            f"the core, {answer.variant.sanitizer} build",
        )
        for answer in answers
        if answer.death
    ]


def _stage(answer: Answer) -> Stage:
    return answer.result.stage if isinstance(answer.result, Outcome) else Stage.NONE


def _disagreements(answers: Sequence[Answer], name: str) -> list[Problem]:
    """Compare builds of one release that differ only in the sanitizer: they must agree."""
    problems = []
    by_release: dict[str, bytes] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome):
            release = str(answer.variant.release)
            if by_release.setdefault(release, answer.result.data) != answer.result.data:
                message = f"{release} gives different outcomes under its sanitizers on {name}"
                problems.append(Problem("deterministic", message, "the core"))
    return problems
