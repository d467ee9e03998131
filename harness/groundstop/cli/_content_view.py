# SPDX-License-Identifier: Apache-2.0
"""How a terminal shows content coverage: the source with a mark at each of its elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from groundstop.cli._lines import print_hanging
from groundstop.config import Project
from groundstop.console import make_console
from groundstop.errors import SourceLocation
from groundstop.files import read_text
from groundstop.report import ContentCoverage
from groundstop.target import Element, Unreachable, location_text
from groundstop.words import counted, one_line

__all__ = ["print_coverage", "unreachable_lines"]

_WORDS = {0: "false", 1: "true"}
_ORDER = (1, 0, 2, 3, 4, 5, 6, 7)  # true first, then as numbered


def _word(outcome: int) -> str:
    """Return what people call an outcome."""
    return _WORDS.get(outcome, f"outcome {outcome}")


def unreachable_lines(
    elements: Sequence[Element], unreachable: Iterable[Unreachable], project: Project
) -> Iterator[tuple[str, str]]:
    """Yield what is out of reach, outcomes of one element together: a line, and its remedy."""
    outcomes: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for each in unreachable:
        reason = each.reason if each.proven else f"{each.reason} (not proven)"
        outcomes[each.element, reason, each.remedy].append(each.outcome)
    for (number, reason, remedy), which in outcomes.items():
        yield f"{_named(elements[number], which, project)}: {reason}", remedy


def print_coverage(coverage: ContentCoverage, project: Project) -> None:
    """Print the marked source (of a binary file its fields), the share, and what is missing."""
    console = make_console()
    marks = _Marks(coverage)
    path = coverage.source
    places: dict[int, list[Element]] = defaultdict(list)
    others: list[Element] = []
    for element in coverage.elements:
        where = element.where
        if isinstance(where, SourceLocation) and where.path == path:
            places[where.line].append(element)
        else:
            others.append(element)
    if places:
        for line, text in enumerate(read_text(path).split("\n")[:-1], start=1):
            here = places.get(line, [])
            mark = marks.mark(here[0]) if len(here) == 1 else marks.none
            _row(console, mark, f" |{line:4}  ", text)
            # More than one on a line: which is which stands below it.
            for element in here if len(here) > 1 else []:
                _row(console, marks.mark(element), " |      ^ ", element.text)
    for element in others:
        place = _place(element, project)
        _row(console, marks.mark(element), " | ", f"{place}: {element.text}")
    if coverage.elements:
        console.print()
    _summary(console, coverage, project)


class _Marks:
    """Aligned marks: `true`, `false`, `miss` for one not reached, `-` for one that cannot be."""

    def __init__(self, coverage: ContentCoverage) -> None:
        self._reached = coverage.reached
        self._details = coverage.details
        self._wanted = set(coverage.wanted)
        known = {outcome for element in coverage.elements for outcome in element.outcomes}
        self._columns = [outcome for outcome in _ORDER if outcome in known | {0, 1}]
        self.none = Text(self._padded([""] * len(self._columns), ""))

    def mark(self, element: Element) -> Text:
        """Return the mark of an element."""
        wanted = {o for o in element.outcomes if (element.number, o) in self._wanted}
        reached = {o for o in element.outcomes if (element.number, o) in self._reached}
        words = [
            _word(o) if o in reached else "miss" if o in wanted else "-" for o in self._columns
        ]
        if wanted and not reached:
            words = ["never", *[""] * (len(words) - 1)]
        style = "green" if wanted <= reached else "yellow" if reached else "bold red"
        style = style if wanted or reached else "dim"
        return Text(self._padded(words, self._shown_details(element)), style)

    def _shown_details(self, element: Element) -> str:
        if not element.details:
            return ""
        return f"{len(self._details.intersection(element.details))}/{len(element.details)}"

    def _padded(self, words: list[str], details: str) -> str:
        marks = "  ".join(f"{word:5}" for word in words)
        return f"{marks}  {details:>9}" if self._details else marks


def _row(console: Console, mark: Text, between: str, text: str) -> None:
    print_hanging(console, mark + Text(between), text.rstrip())


def _summary(console: Console, coverage: ContentCoverage, project: Project) -> None:
    wanted = coverage.wanted
    if not wanted:
        print_hanging(console, "", f"nothing of it is evaluated on {coverage.release}")
    else:
        whose = [w for key, w in coverage.reached.items() if key in set(wanted)]
        counts = f"{whose.count('own')} by its own events"
        if made := whose.count("synthesized"):
            counts += f", {made} more by synthesized ones"
        style = "bold red" if coverage.missed else "bold green"
        words = f" of {counted(len(wanted), 'outcome')} reached on {coverage.release}: {counts}"
        print_hanging(console, "", Text(coverage.percent, style) + Text(words))
    if coverage.silent:
        console.print("the core reports no elements: it should call groundstop_element")
    named = coverage.elements
    missed: dict[int, list[int]] = defaultdict(list)
    for number, outcome in coverage.missed:
        missed[number].append(outcome)
    lines = (_named(named[number], outcomes, project) for number, outcomes in missed.items())
    _list(console, "not reached:", ((line, "") for line in lines))
    _list(console, "cannot be reached:", unreachable_lines(named, coverage.unreachable, project))
    wrong = (_named(named[e.element], [e.outcome], project) for e in coverage.contradictions)
    remedy = "report this: the core or the content toolchain is wrong"
    _list(console, "reached, although proven that it cannot be:", ((x, remedy) for x in wrong))
    _list(console, "the core died:", ((death, "") for death in coverage.deaths))
    if coverage.deaths:
        console.print("  what the events of that testcase reached before is not known")
    if coverage.dropped:
        console.print(
            f"not counted, over the limit: {counted(coverage.dropped, 'report')} of elements"
        )


def _named(element: Element, outcomes: Iterable[int], project: Project) -> str:
    where = _place(element, project)
    words = ", ".join(_word(outcome) for outcome in sorted(outcomes, key=_ORDER.index))
    return f"{where}: {element.text}, {words}"


def _place(element: Element, project: Project) -> str:
    where = element.where
    if isinstance(where, SourceLocation):
        where = replace(where, path=Path(project.relative(where.path)))
    return one_line(location_text(where))


def _list(console: Console, heading: str, lines: Iterable[tuple[str, str]]) -> None:
    said: set[str] = set()
    for number, (line, remedy) in enumerate(lines):
        if number == 0:
            console.print(heading)
        print_hanging(console, "  ", line)
        if remedy and remedy not in said:
            said.add(remedy)
            print_hanging(console, "    → ", remedy)
