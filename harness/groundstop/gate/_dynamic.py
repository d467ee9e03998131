# SPDX-License-Identifier: Apache-2.0
"""Stages that run the real core of every release under every sanitizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from pathlib import Path

from groundstop.findings import headline
from groundstop.gate._decision import StageResult, StageStatus
from groundstop.gate._rig import Answer, Rig, RigContext, spoken
from groundstop.model import Death, Judgement, Outcome, Release, Stage, Verdict
from groundstop.oracles import Broken, Fatal, judge_all
from groundstop.target import ContentToolchain, Problem, Target
from groundstop.words import counted

# The answer whose outcome was judged, the oracle's name, and what it says.
Judged = tuple[Answer, str, Judgement]


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


def evaluate_stage(
    content: ContentToolchain, testcase: bytes, events: Mapping[str, bytes], rig: Rig
) -> StageResult:
    """Evaluate the candidate on its own events and on those of the corpus, in every core.

    `events` are testcases by name.  Loading is not evaluating: when no core evaluated
    the candidate on any event, nothing is known of it, and it is held.  A core that never
    reports a stage shows only that it survives: it may have refused all of them.  Builds of
    one release that differ only in the sanitizer must agree on everything.
    """
    problems: list[Problem] = []
    evaluated: Counter[str] = Counter({spoken(release): 0 for release in rig.fleet})
    everything = _event_sets(content, testcase, events)
    testcases = counted(len(everything), "testcase")
    rows = rig.run_many(list(everything))
    for name, answers in zip(everything.values(), rows, strict=True):
        problems += _deaths("evaluate", answers, f"on {name}")
        problems += _disagreements(answers, name)
        # A set: the builds of a release agree, or that is a problem already.
        evaluated.update(
            {spoken(a.variant.release) for a in answers if _reached(a, rig) == Stage.EVALUATED}
        )
    if not any(evaluated.values()):
        problems.append(
            Problem(
                "evaluate",
                f"no event out of {testcases} was evaluated on any release",
                "the corpus",
                "add a seed with an event of the candidate's type",
            )
        )
    counts = ", ".join(f"{count} on {release}" for release, count in evaluated.items())
    if not rig.reports_stages and not problems:
        why = f"the core reports no stage: of {testcases} run to the end {counts}"
        return StageResult("evaluate", StageStatus.NOT_CHECKED, why)
    evidence = f"of {testcases} evaluated {counts}"
    return StageResult.judged("evaluate", evidence, problems)


def _event_sets(
    content: ContentToolchain, testcase: bytes, events: Mapping[str, bytes]
) -> dict[bytes, str]:
    """Return the testcases to evaluate, by content: one set of events may be in several seeds."""
    without_events = content.join(testcase, b"")
    everything = {testcase: "its own events"}
    for name, other in events.items():
        joined = content.join(testcase, other)
        if joined != without_events:
            everything.setdefault(joined, f"the events of {name}")
    return everything


def outcome_stage(target: Target, candidate: Path, testcase: bytes, rig: Rig) -> StageResult:
    """Judge the outcomes on the candidate's own events: its expectations, and the oracles.

    An oracle that could not judge one of them, and says why, holds the candidate; one that
    had nothing to judge does not.
    """
    problems: list[Problem] = []
    answers = rig.run(testcase)
    outcomes = _distinct(answers)
    expected = True
    for answer, outcome in outcomes:
        release = answer.variant.release
        found = target.content.check_outcome(candidate, release, rig.tree(release), outcome)
        problems += found or []
        expected = expected and found is not None
    judgements = _judgements(target, testcase, answers, rig)
    problems += _found(judgements, "its own events")
    problems += [
        Problem("oracle", _said(answer, judgement, "its own events"), f"oracle {oracle}")
        for answer, oracle, judgement in judgements
        if judgement.verdict is Verdict.INCOMPARABLE and judgement.message
    ]
    judged = _judges(judgements)
    against = "against what the source expects" if expected else "of which nothing is expected"
    evidence = f"{counted(len(outcomes), 'outcome')} {against}; {_asked(target, judged)}"
    if not (expected or judged or problems):
        return StageResult("outcome", StageStatus.NOT_CHECKED, evidence)
    return StageResult.judged("outcome", evidence, list(dict.fromkeys(problems)))


def regressions_stage(target: Target, regressions: Mapping[str, bytes], rig: Rig) -> StageResult:
    """Judge whether a core of the fleet has a defect back that was found before."""
    problems: list[Problem] = []
    rows = rig.run_many(list(regressions.values()))
    for (name, testcase), answers in zip(regressions.items(), rows, strict=True):
        problems += _deaths("regression", answers, f"on {name}")
        problems += _found(_judgements(target, testcase, answers, rig), name)
    evidence = f"{counted(len(regressions), 'input')} on {counted(rig.size, 'core')}"
    return StageResult.judged("regressions", evidence, list(dict.fromkeys(problems)))


def _judgements(
    target: Target, testcase: bytes, answers: Sequence[Answer], rig: Rig
) -> list[Judged]:
    """Return what each oracle says of each outcome of one testcase."""
    judgements = []
    dead = {answer.variant for answer in answers if answer.death}
    for answer, outcome in _distinct(answers):
        context = RigContext(rig, answer.variant, testcase, answers)
        for oracle, judgement in judge_all(target.oracles, testcase, outcome, context):
            if isinstance(judgement, Fatal) and judgement.variant in dead:
                continue  # it dies without being asked to, and has a problem of its own
            judgements.append((answer, oracle, judgement))
    return judgements


def _found(judgements: Sequence[Judged], name: str) -> list[Problem]:
    """Return a problem for each finding; that an oracle is broken is one, too."""
    return [
        Problem("oracle", _said(answer, judgement, name), f"oracle {oracle}")
        for answer, oracle, judgement in judgements
        if judgement.verdict is Verdict.FINDING
    ]


def _judges(judgements: Sequence[Judged]) -> set[str]:
    """Return the oracles that judged any of the outcomes."""
    return {
        oracle
        for _, oracle, judgement in judgements
        if judgement.verdict is not Verdict.INCOMPARABLE and not isinstance(judgement, Broken)
    }


def _asked(target: Target, judged: Container[str]) -> str:
    """Say which oracles judged any of the outcomes, and which none of them."""
    names = [oracle.name for oracle in target.oracles]
    words = f"judged by {', '.join(name for name in names if name in judged) or 'no oracle'}"
    abstained = ", ".join(name for name in names if name not in judged)
    return f"{words}; not by {abstained}" if abstained else words


def _said(answer: Answer, judgement: Judgement, name: str) -> str:
    if isinstance(judgement, Broken):
        return f"the oracle is broken: {judgement.message.rstrip()}"
    words = judgement.message.partition("\n")[0]
    if judgement.verdict is Verdict.INCOMPARABLE:
        words = f"cannot be judged: {words}"
    if isinstance(judgement, Fatal):
        words = f"{words}; {headline(judgement.death)}"
    return f"{answer.variant.release} on {name}: {words}".lstrip()


def _distinct(answers: Sequence[Answer]) -> list[tuple[Answer, Outcome]]:
    """Return the outcomes, of those that builds of one release agree on only the first."""
    # A death is no outcome: another stage holds for it.
    first: dict[tuple[Release, Outcome], Answer] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome):
            first.setdefault((answer.variant.release, answer.result), answer)
    return [(answer, outcome) for (_, outcome), answer in first.items()]


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
