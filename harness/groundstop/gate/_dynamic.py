# SPDX-License-Identifier: Apache-2.0
"""Stages that run the real core of every release under every sanitizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.gate._decision import StageResult, StageStatus
from groundstop.gate._judging import asked, distinct, findings, judged_by, judgements, said
from groundstop.gate._rig import Answer, Rig, spoken
from groundstop.model import Death, Outcome, Release, Stage, Variant, Verdict
from groundstop.target import ContentToolchain, OutcomeCheck, Problem, Target
from groundstop.words import counted


def load_stage(content: ContentToolchain, testcase: bytes, rig: Rig) -> list[StageResult]:
    """Judge whether every core loads the candidate; where not, it cannot be evaluated either.

    A core that never reports a stage shows only that it refuses one, by what it returns.
    """
    answers = rig.run(content.join(testcase, b""))
    # A core that dies has not said how far it got: it may load the file, and die of it later.
    problems = _deaths("load", answers, "of the file")
    refused: dict[str, list[str]] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome) and _reached(answer, rig) < Stage.LOADED:
            reason = "; ".join(content.describe(answer.result)) or "no reason was reported"
            refused.setdefault(reason, []).append(str(answer.variant.release))
    for reason, releases in refused.items():
        names = ", ".join(dict.fromkeys(filter(None, releases)))
        by = f" by {names}" if names else ""
        problems.append(Problem("load", f"refused{by}: {reason}", "the core"))
    loaded = sum(_reached(answer, rig) >= Stage.LOADED for answer in answers)
    cores = counted(rig.size, "core")
    if not rig.reports_stages and not problems:
        why = f"the core reports no stage: {loaded} of {cores} return and accept it"
        return [StageResult("load", StageStatus.NOT_CHECKED, why)]
    evidence, why = f"loaded by {loaded} of {cores}", "what does not load cannot be evaluated"
    if dead := sum(isinstance(answer.result, Death) for answer in answers):
        evidence = f"{dead} of {cores} died of the file, at what stage is not known"
        if lives := rig.size - dead:
            evidence += f"; loaded by {loaded} of the other {lives}"
        why = "what kills a core is not tried on more events"
    held = StageResult.judged("load", evidence, problems)
    return [held, not_run("evaluate", why)] if problems else [held]


@dataclass(frozen=True, slots=True)
class Ran:
    """What every core made of the candidate with its own events, and with those of the corpus.

    `rows` has the answers to each set of events, by its name; the candidate's own come first.
    """

    own: Sequence[Answer]
    rows: Mapping[str, Sequence[Answer]]
    testcases: Mapping[str, bytes]


def run_events(
    content: ContentToolchain, testcase: bytes, events: Mapping[str, bytes], rig: Rig
) -> Ran:
    """Run the candidate on its own events and on those of the corpus, testcases by name.

    The same set of events may be in several seeds, and is run once.
    """
    without_events = content.join(testcase, b"")
    names = {testcase: "its own events"}
    for name, other in events.items():
        joined = content.join(testcase, other)
        if joined != without_events:
            names.setdefault(joined, f"the events of {name}")
    own, *rows = rig.run_many(list(names))
    answers = dict(zip(names.values(), [own, *rows], strict=True))
    has_none = testcase == without_events
    if has_none and not any(_reached(each, rig) == Stage.EVALUATED for each in own):
        del answers["its own events"]
    return Ran(own, answers, {name: data for data, name in names.items()})


def evaluate_stage(content: ContentToolchain, ran: Ran, rig: Rig) -> StageResult:
    """Judge how the candidate was evaluated on its own events and on those of the corpus.

    Loading is not evaluating: when no core evaluated the candidate on any event, nothing is
    known of it, and it is held.  A core that never reports a stage shows only that it survives:
    it may have refused all of them.  Builds of one release that differ only in the sanitizer
    must agree on everything.
    """
    problems = _deaths("evaluate", ran.own, "on its own events")
    problems += _disagreements(ran.own, "its own events")
    evaluated = dict.fromkeys(rig.fleet, 0)
    others: dict[Release, Counter[str]] = {release: Counter() for release in rig.fleet}
    for name, answers in ran.rows.items():
        if answers is not ran.own:
            problems += _deaths("evaluate", answers, f"on {name}")
            problems += _disagreements(answers, name)
        # A set: the builds of a release agree, or that is a problem already.
        seen = {a.variant.release for a in answers if _reached(a, rig) == Stage.EVALUATED}
        for release in rig.fleet:
            if release in seen:
                evaluated[release] += 1
            else:
                why = _unevaluated(content, ran.testcases[name], release, rig)
                others[release][why] += 1
    sets = counted(len(ran.rows), "set") + " of events"
    if not any(evaluated.values()):
        problems.append(
            Problem(
                "evaluate",
                f"none of {sets} was evaluated on any release",
                "the corpus",
                "add a seed with an event of the candidate's type",
            )
        )
    ended = "evaluated" if rig.reports_stages else "run to the end"
    counts = "; ".join(
        f"{count} {ended} on {spoken(release)}{_not_evaluated(others[release])}"
        for release, count in evaluated.items()
    )
    status = StageStatus.HELD if problems else StageStatus.PASSED
    words = f"{sets}: {counts}"
    if not rig.reports_stages and not problems:
        status, words = StageStatus.NOT_CHECKED, f"the core reports no stage; {words}"
    return StageResult("evaluate", status, words, tuple(problems))


def _unevaluated(content: ContentToolchain, testcase: bytes, release: Release, rig: Rig) -> str:
    """Say why a release did not evaluate a testcase, where the content toolchain knows."""
    says = getattr(content, "unevaluated", None)
    return str(says(testcase, release, rig.tree(release))) if says else ""


def _not_evaluated(why: Counter[str]) -> str:
    """Say of how many sets of events nothing was evaluated, and why not."""
    reasons = [f"{count} with {reason}" for reason, count in why.most_common() if reason]
    if not why.total():
        return ""
    return f", {why.total()} not" + (f" ({', '.join(reasons)})" if reasons else "")


def outcome_stage(
    target: Target, candidate: Path, testcase: bytes, ran: Ran, rig: Rig
) -> StageResult:
    """Judge the outcomes on the candidate's own events: its expectations, and the oracles.

    An oracle that could not judge one of them, and says why, holds the candidate; one that
    had nothing to judge does not.
    """
    problems: list[Problem] = []
    expected: list[str] = []
    for answer, outcome in distinct(ran.own):
        release = answer.variant.release

        def run(testcase: bytes, variant: Variant = answer.variant) -> Outcome | None:
            result = rig.run_on(variant, [testcase])[0].result
            return result if isinstance(result, Outcome) else None

        check = OutcomeCheck(release, rig.tree(release), outcome, run)
        found = target.content.check_outcome(candidate, check)
        problems += found or []
        if found is not None:
            expected.append(spoken(release))
    judged = judgements(target.oracles, testcase, ran.own, rig)
    problems += findings(judged, "its own events")
    problems += [
        Problem("oracle", said(answer, judgement, "its own events"), f"oracle {oracle}")
        for answer, oracle, judgement in judged
        if judgement.verdict is Verdict.INCOMPARABLE and judgement.message
    ]
    judges = judged_by(judged)
    names = ", ".join(dict.fromkeys(expected))
    against = f"compared with what the source expects on {names}" if names else "nothing expected"
    evidence = f"{against}; {asked(target.oracles, judges)}"
    if not (expected or judges or problems):
        return StageResult("outcome", StageStatus.NOT_CHECKED, evidence)
    return StageResult.judged("outcome", evidence, list(dict.fromkeys(problems)))


def regressions_stage(target: Target, regressions: Mapping[str, bytes], rig: Rig) -> StageResult:
    """Judge whether a core of the fleet has a defect back that was found before."""
    if not regressions:
        why = "the corpus has no regression"
        return StageResult("regressions", StageStatus.NOT_APPLICABLE, why)
    problems: list[Problem] = []
    rows = rig.run_many(list(regressions.values()))
    for (name, testcase), answers in zip(regressions.items(), rows, strict=True):
        problems += _deaths("regression", answers, f"on {name}")
        problems += findings(judgements(target.oracles, testcase, answers, rig), name)
    evidence = f"{counted(len(regressions), 'input')} on {counted(rig.size, 'core')}"
    return StageResult.judged("regressions", evidence, list(dict.fromkeys(problems)))


def not_run(name: str, why: str) -> StageResult:
    """Return a stage that could not run; the gate holds."""
    return StageResult(name, StageStatus.NOT_RUN, why)


def _deaths(rule: str, answers: Sequence[Answer], when: str) -> list[Problem]:
    return [
        Problem(
            rule,
            f"{spoken(answer.variant.release)} dies {when}: {answer.death}",
            f"the core, {answer.variant.sanitizer} build",
        )
        for answer in answers
        if answer.death
    ]


def _reached(answer: Answer, rig: Rig) -> Stage:
    """Return how far a core got; one that never says so got to the end where it returns 0."""
    if not isinstance(answer.result, Outcome):
        return Stage.NONE
    silent = answer.result.stage is Stage.NONE and not rig.reports_stages
    return Stage.EVALUATED if silent and not answer.result.returned else answer.result.stage


def _disagreements(answers: Sequence[Answer], name: str) -> list[Problem]:
    """Compare builds of one release that differ only in the sanitizer: they must agree."""
    problems = []
    first: dict[Release, Outcome] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome):
            release = answer.variant.release
            if first.setdefault(release, answer.result) != answer.result:
                message = (
                    f"{spoken(release)} gives different outcomes under its sanitizers on {name}"
                )
                problems.append(Problem("deterministic", message, "the core"))
    return problems
