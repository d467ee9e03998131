# SPDX-License-Identifier: Apache-2.0
"""Stages that run the real core of every release under every sanitizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from groundstop.findings import headline
from groundstop.gate._decision import StageResult, StageStatus
from groundstop.gate._rig import Answer, Rig, RigContext
from groundstop.model import Judgement, Outcome, Release, Stage, Verdict
from groundstop.oracles import Broken, Fatal, judge_all
from groundstop.target import ContentToolchain, Problem, Target

# The answer whose outcome was judged, the oracle's name, and what it says.
Judged = tuple[Answer, str, Judgement]


def load_stage(content: ContentToolchain, testcase: bytes, rig: Rig) -> StageResult:
    """Judge whether every core loads the candidate."""
    answers = rig.run(content.join(testcase, b""))
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
    return StageResult.judged("load", f"loaded by {loaded} of {rig.size} cores", problems)


def evaluate_stage(
    content: ContentToolchain, testcase: bytes, events: Mapping[str, bytes], rig: Rig
) -> StageResult:
    """Evaluate the candidate on its own events and on those of the corpus, in every core.

    `events` are testcases by name.  Loading is not evaluating: when no core evaluated
    the candidate on any event, nothing is known of it, and it is held.  Builds of one
    release that differ only in the sanitizer must agree on everything.
    """
    problems: list[Problem] = []
    evaluated: Counter[str] = Counter({str(release): 0 for release in rig.fleet})
    everything = _event_sets(content, testcase, events)
    rows = rig.run_many(list(everything))
    for name, answers in zip(everything.values(), rows, strict=True):
        problems += _deaths("evaluate", answers, f"on {name}")
        problems += _disagreements(answers, name)
        # A set: the builds of a release agree, or that is a problem already.
        evaluated.update({str(a.variant.release) for a in answers if _stage(a) == Stage.EVALUATED})
    if not any(evaluated.values()):
        problems.append(
            Problem(
                "evaluate",
                f"no event out of {len(everything)} testcases was evaluated on any release",
                "the corpus",
                "add a seed with an event of the candidate's type",
            )
        )
    counts = ", ".join(f"{count} on {release}" for release, count in evaluated.items())
    evidence = f"of {len(everything)} testcases evaluated {counts}"
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
    for answer, outcome in outcomes:
        release = answer.variant.release
        if target.content is not None:
            tree = rig.tree(release)
            problems += target.content.check_outcome(candidate, release, tree, outcome)
    judgements = _judgements(target, testcase, answers, rig)
    problems += _found(judgements, "its own events")
    problems += [
        Problem("oracle", _said(answer, judgement, "its own events"), f"oracle {oracle}")
        for answer, oracle, judgement in judgements
        if judgement.verdict is Verdict.INCOMPARABLE and judgement.message
    ]
    evidence = f"{len(outcomes)} outcomes against what the source expects; "
    evidence += _asked(target, judgements)
    return StageResult.judged("outcome", evidence, list(dict.fromkeys(problems)))


def regressions_stage(target: Target, regressions: Mapping[str, bytes], rig: Rig) -> StageResult:
    """Judge whether a core of the fleet has a defect back that was found before."""
    problems: list[Problem] = []
    rows = rig.run_many(list(regressions.values()))
    for (name, testcase), answers in zip(regressions.items(), rows, strict=True):
        problems += _deaths("regression", answers, f"on {name}")
        problems += _found(_judgements(target, testcase, answers, rig), name)
    evidence = f"{len(regressions)} inputs on {rig.size} cores"
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


def _asked(target: Target, judgements: Sequence[Judged]) -> str:
    """Say which oracles judged any of the outcomes, and which none of them."""
    judged = {
        oracle
        for _, oracle, judgement in judgements
        if judgement.verdict is not Verdict.INCOMPARABLE and not isinstance(judgement, Broken)
    }
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
    first: dict[Release, Outcome] = {}
    for answer in answers:
        if isinstance(answer.result, Outcome):
            release = answer.variant.release
            if first.setdefault(release, answer.result) != answer.result:
                message = f"{release} gives different outcomes under its sanitizers on {name}"
                problems.append(Problem("deterministic", message, "the core"))
    return problems
