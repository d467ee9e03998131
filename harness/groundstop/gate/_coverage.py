# SPDX-License-Identifier: Apache-2.0
"""The stage that evaluates the candidate itself: with events made for each of its elements.

Other files' events say little of a new one: none of them need satisfy its first criterion.
On July 19, 2024 none did.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.errors import InputError, TargetError
from groundstop.files import make_folder, unit_name, write_atomically
from groundstop.gate._decision import StageResult, StageStatus
from groundstop.gate._dynamic import Ran
from groundstop.gate._judging import distinct, findings, judged_by, judgements
from groundstop.gate._rig import Answer, Rig, spoken
from groundstop.model import Outcome, Release
from groundstop.report import ContentCoverage, ContentTally, covering_toolchain
from groundstop.target import (
    Aim,
    CoveringToolchain,
    Element,
    MadeEvents,
    NoElementsError,
    Part,
    Problem,
    Synthesis,
    Target,
    Unreachable,
)
from groundstop.words import counted

__all__ = ["coverage_stage"]

_NAME = "content coverage"
_WORDS = {0: "false", 1: "true"}
# Of one testcase on one core: more deaths say nothing new, and each costs a new process.
_DEATHS = 2
# Bytes of testcases with made events whose outcomes the oracles judge, for each release: what
# a small file needs many times over.  Some oracles run each of them a dozen times.
_JUDGED = 1 << 19


@dataclass(frozen=True, slots=True)
class _Made:
    """A testcase with made events, of one release, and what the variants of that made of it."""

    release: Release
    events: MadeEvents
    answers: Sequence[Answer]


@dataclass(slots=True)
class _Seen:
    """A problem with one made event, and the cores that have it."""

    problem: Problem
    event: bytes
    cores: list[Answer] = field(default_factory=list)


def coverage_stage(target: Target, candidate: Path, ran: Ran, rig: Rig) -> StageResult:
    """Evaluate the candidate with events made for it, on every release that has its types.

    Demands each outcome of each element on every release, and counts the candidate's own
    events as well.  What no event reaches holds, with its reason.  A part that no event of
    people ever matched is a warning.
    """
    try:
        content = covering_toolchain(target)
    except TargetError:
        why = "the target's content toolchain names no elements: see CoveringToolchain"
        return StageResult(_NAME, StageStatus.NOT_CHECKED, why)
    try:
        elements, parts = content.elements(candidate), content.parts(candidate)
    except NoElementsError as error:
        return StageResult(_NAME, StageStatus.NOT_APPLICABLE, error.message)
    made: dict[Release, Synthesis] = {}
    for release in rig.fleet:
        synthesis = content.synthesize(candidate, release, rig.tree(release))
        if synthesis is None:
            return _without_events(candidate, elements, ran.own, rig)
        made[release] = synthesis
    return _Coverage(target, content, candidate, elements, parts, rig).stage(ran, made)


def _without_events(
    candidate: Path, elements: Sequence[Element], own: Sequence[Answer], rig: Rig
) -> StageResult:
    """Say what the candidate's own events reach, for content that no events are made for."""
    shares = []
    for release in rig.fleet:
        tally = ContentTally()
        for answer in own:
            if answer.variant.release == release:
                tally.add_own(answer.result)
        found = tally.coverage(candidate, release, elements, ())
        shares.append(f"{len(found.wanted) - len(found.missed)} on {spoken(release)}")
    outcomes = counted(sum(len(each.outcomes) for each in elements), "outcome")
    why = f"the target makes no events: of {outcomes} its own events reach {', '.join(shares)}"
    return StageResult(_NAME, StageStatus.NOT_CHECKED, why)


class _Coverage:
    """One candidate: its elements, and what has been found out about them so far."""

    def __init__(  # noqa: PLR0913, PLR0917  (what a stage is given, and what the toolchain says of it)
        self,
        target: Target,
        content: CoveringToolchain,
        candidate: Path,
        elements: Sequence[Element],
        parts: Sequence[Part],
        rig: Rig,
    ) -> None:
        self._target = target
        self._content = content
        self._candidate = candidate
        self._elements = elements
        self._parts = parts
        self._rig = rig
        self._oracles = [each for each in target.oracles if not hasattr(each, "only_loading")]
        self._problems: list[Problem] = []
        self._seen: dict[tuple[bytes, str], _Seen] = {}

    def stage(self, ran: Ran, made: Mapping[Release, Synthesis]) -> StageResult:
        """Run the made events and judge what came of them."""
        testcases = {r: [each.testcase for each in made[r].made] for r in self._rig.fleet}
        tallies = {release: ContentTally() for release in self._rig.fleet}
        for answer in ran.own:
            tallies[answer.variant.release].add_own(answer.result)
        answered = self._rig.run_each(testcases)
        runs = [
            _Made(release, each, answers)
            for release in self._rig.fleet
            for each, answers in zip(made[release].made, answered[release], strict=True)
        ]
        for run in runs:
            self._look(run, tallies[run.release])
        judged = self._ask(runs)
        covered = {
            release: tally.coverage(
                self._candidate, release, self._elements, made[release].unreachable
            )
            for release, tally in tallies.items()
        }
        self._problems += self._told()
        self._problems += self._missing(covered)
        self._problems += self._inert(made)
        self._problems += self._left_out(made)
        evidence = "; ".join([*self._reached(covered, made), judged])
        warnings = tuple(self._unmatched(ran, made))
        return StageResult.judged(_NAME, evidence, self._problems, warnings)

    # What the events do to the cores.

    def _look(self, run: _Made, tally: ContentTally) -> None:
        """Count what the cores reached; where they die or disagree, find out at which event."""
        first: Outcome | None = None
        differ = False
        for answer in run.answers:
            tally.add_made(answer.result)
            if answer.death:
                self._died(run, answer)
            elif isinstance(answer.result, Outcome):
                first = first or answer.result
                differ = differ or answer.result != first
        if differ:
            self._disagreed(run)

    def _died(self, run: _Made, answer: Answer) -> None:
        deaths = 0
        for number, aim in enumerate(run.events.aims):
            event = self._content.pick_event(run.events.testcase, number)
            (alone,) = self._rig.run_on(answer.variant, [event])
            if alone.death:
                self._note("made-events", "dies of", run, (number, aim), alone, alone.death)
                deaths += 1
                if deaths == _DEATHS:
                    return
        if not deaths:
            words = f"only of all {counted(len(run.events.aims), 'event')} together"
            said = f"{answer.death} ({words})"
            self._note("made-events", "dies of", run, None, answer, said)

    def _disagreed(self, run: _Made) -> None:
        for number, aim in enumerate(run.events.aims):
            event = self._content.pick_event(run.events.testcase, number)
            answers = [self._rig.run_on(each.variant, [event])[0] for each in run.answers]
            lives = [each.result for each in answers if isinstance(each.result, Outcome)]
            if any(result != lives[0] for result in lives):
                says = "gives different outcomes under its sanitizers on"
                self._note("deterministic", says, run, (number, aim), answers[0], "")
                return
        says = "gives different outcomes under its sanitizers on"
        self._note("deterministic", says, run, None, run.answers[0], "")

    def _note(  # noqa: PLR0913, PLR0917  (the sentence's parts)
        self,
        rule: str,
        does: str,
        run: _Made,
        which: tuple[int, Aim] | None,
        answer: Answer,
        said: str,
    ) -> None:
        """Remember a problem with one made event, or with a testcase of them."""
        words = f": {said}" if said else ""
        if which is None:
            message = f"{does} events made for it{words}"
            event, where = run.events.testcase, str(self._candidate)
            problem = Problem(rule, message, where)
        else:
            number, aim = which
            event = self._content.pick_event(run.events.testcase, number)
            element = None if aim.element is None else self._elements[aim.element]
            what = f"{element.text}: {aim.text}" if element else "a part without elements"
            shown = self._content.show_event(run.events.testcase, number)
            message = f"{does} an event made for {what}{words}\nthe event: {shown}"
            problem = Problem(rule, message, element.where if element else str(self._candidate))
        seen = self._seen.setdefault((event, message), _Seen(problem, event))
        seen.cores.append(answer)

    def _told(self) -> Iterator[Problem]:
        """Yield what was noted, once for all cores, with how to see it again."""
        for seen in self._seen.values():
            releases = dict.fromkeys(spoken(each.variant.release) for each in seen.cores)
            builds = dict.fromkeys(str(each.variant.sanitizer) for each in seen.cores)
            yield Problem(
                seen.problem.rule,
                f"{', '.join(releases)} {seen.problem.message}",
                seen.problem.where,
                self._again(seen, ", ".join(builds)),
            )

    def _again(self, seen: _Seen, builds: str) -> str:
        """Store the event, and return the command that runs it again."""
        folder = self._rig.project.state / "gate" / self._target.name
        path = folder / unit_name(seen.event)
        with contextlib.suppress(InputError):
            make_folder(folder)
            write_atomically(path, seen.event)
            release = str(seen.cores[0].variant.release)
            options = f"--target {self._target.name}" + (f" --release {release}" if release else "")
            place = self._rig.project.relative(path)
            return f"see it again ({builds}): groundstop repro {options} {place}"
        return f"it is seen under {builds}"

    # What the oracles say of the outcomes.

    def _ask(self, runs: Sequence[_Made]) -> str:
        """Have the oracles judge the outcomes; say which of them did, and of how much."""
        if not self._oracles:
            return "judged by no oracle"
        names: set[str] = set()
        room = dict.fromkeys(self._rig.fleet, _JUDGED)
        asked = 0
        usual = [run for run in runs if not run.events.extreme]
        for run in usual:
            size = len(run.events.testcase)
            if size > room[run.release]:
                continue
            room[run.release] -= size
            asked += 1
            said = judgements(self._oracles, run.events.testcase, run.answers, self._rig)
            names |= judged_by(said)
            for problem in findings(said, "events made for it"):
                self._found(run, problem)
        judges = [oracle.name for oracle in self._oracles if oracle.name in names]
        return (
            f"{asked} of {counted(len(runs), 'testcase')} with made events "
            f"judged by {', '.join(judges) or 'no oracle'}"
        )

    def _found(self, run: _Made, problem: Problem) -> None:
        """Name the event of which an oracle says so, if it says the same of one alone."""
        variants = {answer.variant for answer, _ in distinct(run.answers)}
        for number, aim in enumerate(run.events.aims):
            event = self._content.pick_event(run.events.testcase, number)
            answers = [self._rig.run_on(each, [event])[0] for each in variants]
            said = judgements(self._oracles, event, answers, self._rig)
            alone = next((p for p in findings(said, "it alone") if p.where == problem.where), None)
            if alone is not None:
                self._note(
                    "oracle",
                    "answers wrong on",
                    run,
                    (number, aim),
                    answers[0],
                    f"{alone.where}: {alone.message}",
                )
                return
        self._problems.append(problem)

    # What was reached, and what not.

    def _missing(self, covered: Mapping[Release, ContentCoverage]) -> Iterator[Problem]:
        """Yield what no event reached on some release, and what should not have been reached."""
        missing: dict[tuple[Unreachable, int], list[str]] = {}
        for release, found in covered.items():
            name = spoken(release)
            if found.silent:
                yield Problem(
                    "no-elements",
                    f"{name} evaluates events and reports no element",
                    "the core",
                    "call groundstop_element in the core, for each element",
                )
                continue
            for each in found.contradictions:
                missing.setdefault((_contradiction(each), each.outcome), []).append(name)
            given = {(each.element, each.outcome): each for each in found.unreachable}
            for key, each in given.items():
                if not each.follows and key not in found.reached:
                    missing.setdefault((each, each.outcome), []).append(name)
            # Of a core that died it is not known what it reached.
            for key in [] if found.deaths else found.missed:
                if key not in given:
                    missing.setdefault((_missed(key, found), key[1]), []).append(name)
        for (each, outcome), releases in missing.items():
            element = self._elements[each.element]
            yield Problem(
                each.rule,
                f"{element.text} is never {_WORDS.get(outcome, f'outcome {outcome}')} on "
                f"{', '.join(releases)}: {each.reason}{'' if each.proven else ' (not proven)'}",
                element.where,
                each.remedy,
                outcome=outcome,
            )

    def _inert(self, made: Mapping[Release, Synthesis]) -> Iterator[Problem]:
        """Yield the parts that no release evaluates."""
        for position, part in enumerate(self._parts):
            reasons = [each.inert.get(position) for each in made.values()]
            if all(reasons):
                yield Problem(
                    "inert",
                    f"{part.text} is evaluated by no release: {'; '.join(map(str, reasons))}",
                    part.where,
                    "take it out, or gate it for a fleet with a release that has its type",
                )

    def _unmatched(self, ran: Ran, made: Mapping[Release, Synthesis]) -> Iterator[Problem]:
        """Yield the parts that neither the candidate's own events nor any seed's matched."""
        matched = {
            number
            for answers in (ran.own, *ran.rows.values())
            for answer in answers
            if isinstance(answer.result, Outcome)
            for number, outcome in answer.result.elements
            if outcome == 1
        }
        for position, part in enumerate(self._parts):
            inert = all(position in each.inert for each in made.values())
            if part.elements and not inert and part.elements[-1] not in matched:
                yield Problem(
                    "never-matched",
                    f"{part.text} is matched by no event of its own or of any seed",
                    part.where,
                    "add an event that it should match, and say so: expect",
                )

    def _left_out(self, made: Mapping[Release, Synthesis]) -> Iterator[Problem]:
        left_out = max((each.left_out for each in made.values()), default=0)
        if left_out:
            yield Problem(
                "not-tried",
                f"too large to try all values: {counted(left_out, 'made event')} not run",
                str(self._candidate),
                "split the file, or waive it",
            )

    def _reached(
        self, covered: Mapping[Release, ContentCoverage], made: Mapping[Release, Synthesis]
    ) -> Iterator[str]:
        """Yield the evidence: what was reached where, by how many events, and what is inert."""
        shares = []
        for release, found in covered.items():
            reached = len(found.wanted) - len(found.missed)
            shares.append(f"{reached} of {len(found.wanted)} on {spoken(release)}")
        events = max((sum(len(m.aims) for m in each.made) for each in made.values()), default=0)
        yield f"outcomes reached: {', '.join(shares)}, with {counted(events, 'made event')}"
        for release, synthesis in made.items():
            for reason in dict.fromkeys(synthesis.inert.values()):
                inert = [p for p, why in synthesis.inert.items() if why == reason]
                names = ", ".join(self._parts[p].text for p in inert[:3])
                more = f" and {len(inert) - 3} more" if len(inert) > 3 else ""  # noqa: PLR2004
                yield f"inert on {spoken(release)}: {names}{more} ({reason})"


def _contradiction(proven: Unreachable) -> Unreachable:
    return Unreachable(
        proven.element,
        proven.outcome,
        f"so it is proven ({proven.reason}), yet the core reports it",
        proven=True,
        remedy="report this: the core or the content toolchain is wrong",
        rule="contradiction",
    )


def _missed(key: tuple[int, int], found: ContentCoverage) -> Unreachable:
    reason = "the core reports it for none of the events that were made for it"
    if found.dropped:
        reason = f"the core reports more elements than are counted ({found.dropped} dropped)"
    return Unreachable(
        *key,
        reason,
        proven=False,
        remedy="report this: the core or the content toolchain is wrong",
        rule="not-reached",
    )
