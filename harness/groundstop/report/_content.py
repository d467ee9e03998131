# SPDX-License-Identifier: Apache-2.0
"""Content coverage of one file: which of its elements the real core evaluated, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from groundstop.config import Project
from groundstop.errors import InputError, TargetError
from groundstop.findings import headline
from groundstop.model import Death, Outcome, Release, Stage, Variant
from groundstop.replay import open_worker
from groundstop.target import (
    CoveringToolchain,
    Element,
    Synthesis,
    Target,
    Unreachable,
    build,
    location_text,
)

__all__ = ["ContentCoverage", "ContentTally", "content_coverage", "covering_toolchain"]

Reached = tuple[int, int]
"""The number of an element, and an outcome."""

_OWN = "own"
_SYNTHESIZED = "synthesized"


@dataclass(frozen=True, slots=True)
class ContentCoverage:
    """What the core of `release` evaluated of the content in `source`.

    `reached` says for each outcome of an element whose events brought it about first, the
    file's `own` or `synthesized` ones; `details` are the finer elements reached by any.
    `deaths` say when and how the core died: what the events of such a testcase reached
    before is not known.  `dropped` counts reports beyond GROUNDSTOP_MAX_ELEMENTS, `silent`
    says that events made for the elements were evaluated and no element was ever reported.
    """

    source: Path
    release: Release
    elements: tuple[Element, ...]
    reached: Mapping[Reached, str]
    details: frozenset[int]
    unreachable: tuple[Unreachable, ...]
    deaths: tuple[str, ...]
    dropped: int = 0
    silent: bool = False

    @property
    def wanted(self) -> tuple[Reached, ...]:
        """Every outcome that is not proven to be out of reach."""
        proven = {(each.element, each.outcome) for each in self.unreachable if each.proven}
        every = ((each.number, outcome) for each in self.elements for outcome in each.outcomes)
        return tuple(each for each in every if each not in proven)

    @property
    def missed(self) -> tuple[Reached, ...]:
        """The outcomes that could be reached and were not."""
        return tuple(each for each in self.wanted if each not in self.reached)

    @property
    def contradictions(self) -> tuple[Unreachable, ...]:
        """What was reached although it is proven that it cannot: one of the two is wrong."""
        return tuple(
            each
            for each in self.unreachable
            if each.proven and (each.element, each.outcome) in self.reached
        )

    @property
    def faults(self) -> tuple[Unreachable, ...]:
        """What is out of reach because of how the content is written."""
        return tuple(each for each in self.unreachable if each.remedy)

    @property
    def share(self) -> float:
        """The part of the wanted outcomes that was reached, 0 to 1."""
        wanted = self.wanted
        return 1 - len(self.missed) / len(wanted) if wanted else 1.0

    @property
    def percent(self) -> str:
        """The share as people read it, rounded down: 100% is all of them."""
        return f"{int(self.share * 100)}%"

    @property
    def complete(self) -> bool:
        """Whether there is nothing that a person must act on."""
        return not (self.missed or self.contradictions or self.faults or self.deaths)

    def as_json(self) -> dict[str, object]:
        """Return the coverage as a document."""
        return {
            "file": str(self.source),
            "release": str(self.release),
            "complete": self.complete,
            "share": round(self.share, 4),
            "deaths": list(self.deaths),
            "dropped": self.dropped,
            "elements": [
                {
                    "element": each.number,
                    "where": location_text(each.where),
                    "text": each.text,
                    "outcomes": list(each.outcomes),
                    "reached": {
                        str(outcome): self.reached[each.number, outcome]
                        for outcome in each.outcomes
                        if (each.number, outcome) in self.reached
                    },
                    "details": len(each.details),
                    "details_reached": len(self.details.intersection(each.details)),
                }
                for each in self.elements
            ],
            "unreachable": [
                {
                    "element": each.element,
                    "outcome": each.outcome,
                    "reason": each.reason,
                    "proven": each.proven,
                    "remedy": each.remedy,
                }
                for each in self.unreachable
            ],
        }


def covering_toolchain(target: Target) -> CoveringToolchain:
    """Return the target's content toolchain; raise TargetError if it cannot cover content."""
    needed = ("elements", "parts", "synthesize", "pick_event", "show_event", "write_events")
    missing = [name for name in needed if not hasattr(target.content, name)]
    if missing:
        raise TargetError(
            f"target {target.name} brings no content toolchain with {', '.join(missing)}: "
            "content coverage and events need one, see groundstop.target.CoveringToolchain"
        )
    return cast("CoveringToolchain", target.content)


def content_coverage(
    target: Target,
    source: Path,
    project: Project,
    *,
    release: Release,
    synthesize: bool = True,
) -> ContentCoverage:
    """Run the file's own events, then synthesized ones, on the AddressSanitizer build.

    Without `synthesize` the own events alone: what is out of reach is found out all the
    same.  Raises TargetError for a target without such a toolchain, InputError for
    content that `release` does not load, and what the toolchain raises for a bad source.
    """
    content = covering_toolchain(target)
    elements = tuple(content.elements(source))
    variant = Variant(release)
    tree = build(target, variant, project).tree
    made = content.synthesize(source, release, tree) or Synthesis(())
    testcase = content.testcase(source)
    testcases = {testcase: _OWN}
    if synthesize:
        testcases |= {e.testcase: _SYNTHESIZED for e in made.made if e.testcase != testcase}
    tally = ContentTally()
    with open_worker(target, variant, project, symbolize=True) as worker:
        loaded = worker.run(content.join(testcase, b""))
        if isinstance(loaded, Outcome) and loaded.stage < Stage.LOADED:
            why = "; ".join(content.describe(loaded)) or "no reason was reported"
            raise InputError(f"{source}: {release} does not load it: {why}")
        tally.add(loaded, "loading")
        if not tally.deaths:
            results = worker.run_many(list(testcases))
            for result, whose in zip(results, testcases.values(), strict=True):
                tally.add(result, whose)
    return tally.coverage(source, release, elements, made.unreachable)


_WHEN = {
    "loading": "while it loads the file",
    _OWN: "on the file's own events",
    _SYNTHESIZED: "on synthesized events",
}


class ContentTally:
    """What the results of one file come to, on one release."""

    def __init__(self) -> None:
        self.reached: dict[Reached, str] = {}
        self.details: set[int] = set()
        self.deaths: dict[str, None] = {}
        self.dropped = 0
        self._evaluated = False  # events made for the elements, that is

    def add_own(self, result: Outcome | Death) -> None:
        """Count the result of the file's own events."""
        self.add(result, _OWN)

    def add_made(self, result: Outcome | Death) -> None:
        """Count the result of events that were made for the file."""
        self.add(result, _SYNTHESIZED)

    def add(self, result: Outcome | Death, whose: str) -> None:
        """Count the result of one testcase."""
        if isinstance(result, Death):
            self.deaths[f"{_WHEN[whose]}: {headline(result)}"] = None
            return
        for each in sorted(result.elements):
            self.reached.setdefault(each, whose)
        self.details.update(number for number, _ in result.details)
        self._evaluated |= whose == _SYNTHESIZED and result.stage >= Stage.EVALUATED
        self.dropped = max(self.dropped, result.elements_dropped)

    def coverage(
        self,
        source: Path,
        release: Release,
        elements: Sequence[Element],
        unreachable: Sequence[Unreachable],
    ) -> ContentCoverage:
        """Return what was counted, as the coverage of a file with these elements."""
        return ContentCoverage(
            source,
            release,
            tuple(elements),
            self.reached,
            frozenset(self.details),
            tuple(unreachable),
            tuple(self.deaths),
            self.dropped,
            self._evaluated and bool(elements) and not self.reached,
        )
