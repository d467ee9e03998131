# SPDX-License-Identifier: Apache-2.0
"""How a terminal shows the gate's decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from groundstop.cli._lines import print_hanging, say, say_document
from groundstop.config import Project
from groundstop.console import make_console
from groundstop.errors import SourceLocation
from groundstop.gate import Decision, GateResult, StageResult, StageStatus
from groundstop.target import Problem, list_targets, location_text
from groundstop.words import counted, one_line, printable

_STYLES = {
    Decision.SHIP: "bold green",
    Decision.HOLD: "bold red",
    Decision.UNDECIDED: "bold yellow",
    StageStatus.PASSED: "green",
    StageStatus.HELD: "red",
    StageStatus.NOT_RUN: "yellow",
    StageStatus.NOT_CHECKED: "yellow",
    StageStatus.NOT_APPLICABLE: "dim",
}

_INDENT = " " * 10
_SHOWN = 5  # of the files that nobody looked at


def print_result(result: GateResult, project: Project, *, verbose: bool) -> None:
    """Print one candidate: a line, of what is held every stage and reason.

    And of what ships what nobody checked, and what it ships in spite of.
    """
    console = make_console()
    style = _STYLES[result.decision]
    words = [one_line(project.relative(result.candidate)), result.digest[:16]]
    if len(list_targets(project)) > 1:
        words.append(f"as {result.target}")  # another one might have decided otherwise
    head = Text(f"{result.decision.upper():9} ")
    head.stylize(style, 0, len(result.decision))
    print_hanging(console, head, "  ".join(filter(None, words)))
    if result.error:
        print_hanging(console, _INDENT, result.error)
    everything = result.decision is Decision.HOLD or verbose
    _print_stages(console, [each for each in result.stages if everything or _telling(each)])
    said: set[str] = set()
    for problem in result.problems:
        _print_problem(console, problem, project, "red", said)
    for warning in result.warnings:
        _print_problem(console, warning, project, "yellow", said, "warning: ")


def _telling(stage: StageResult) -> bool:
    return stage.status is StageStatus.NOT_CHECKED or stage.name == "waivers"


def _print_problem(  # noqa: PLR0913, PLR0917  (what it is, and how it is shown)
    console: Console,
    problem: Problem,
    project: Project,
    style: str,
    said: set[str],
    kind: str = "",
) -> None:
    """Print a problem, and its remedy unless that was `said` before."""
    where = one_line(project.in_text(location_text(problem.where)))
    first, *others = problem.message.splitlines() or [""]
    print_hanging(console, _INDENT, Text.assemble((where, style), f": {kind}{first}"))
    for line in others:
        print_hanging(console, f"{_INDENT}  ", line)
    for line in problem.excerpt.splitlines():
        # Cut by a narrow terminal, and not broken: a marker stands below its place.
        words = Text(printable(f"{_INDENT}{line}"), "dim")
        console.print(words, soft_wrap=not console.is_terminal, no_wrap=True, overflow="crop")
    # Of many mistakes of one kind each needs the same.
    if problem.remedy and problem.remedy not in said:
        said.add(problem.remedy)
        print_hanging(console, f"{_INDENT}  → ", problem.remedy)


class GateView:
    """Shows results as they come, then how many there were; as JSON all of them at the end."""

    def __init__(self, project: Project, *, as_json: bool, verbose: bool) -> None:
        self._project = project
        self._as_json = as_json
        self._verbose = verbose
        self._results: list[GateResult] = []
        self._names: dict[Path, Path] = {}

    @property
    def decisions(self) -> set[Decision]:
        """The decisions so far."""
        return {result.decision for result in self._results}

    def show_as(self, path: Path, name: Path) -> None:
        """Show a file by another name: that of what it stands for."""
        self._names[path] = name

    def add(self, result: GateResult) -> None:
        """Show a result."""
        for path, name in self._names.items():
            result = _renamed(result, path, name)
        self._results.append(result)
        if not self._as_json:
            print_result(result, self._project, verbose=self._verbose)

    def end(self, skipped: Sequence[Path]) -> None:
        """Show how many of each decision there were, and what nobody looked at."""
        counts = Counter(result.decision for result in self._results)
        words = [f"{counts[decision]} {decision}" for decision in Decision if counts[decision]]
        self._end(", ".join(words), skipped)

    def nothing(self, words: str, skipped: Sequence[Path]) -> None:
        """Show that there was nothing to decide on."""
        self._end(words, skipped)

    def _end(self, words: str, skipped: Sequence[Path]) -> None:
        if skipped:
            names = [self._project.relative(path) for path in skipped[:_SHOWN]]
            more = ["…"] if len(skipped) > _SHOWN else []
            of_none = f"no target recognizes {counted(len(skipped), 'other file')}"
            words = f"{words}; {of_none}: {', '.join([*names, *more])}"
        if self._as_json:
            say_document([result.as_json() for result in self._results])
        if skipped or not self._results or not self._as_json:
            say(words, err=self._as_json)


def _renamed(result: GateResult, path: Path, name: Path) -> GateResult:
    def text(value: str) -> str:
        return value.replace(str(path), str(name))

    def problem(each: Problem) -> Problem:
        where = each.where
        if isinstance(where, SourceLocation):
            where = replace(where, path=Path(text(str(where.path))))
        else:
            where = text(where)
        return replace(each, message=text(each.message), where=where, remedy=text(each.remedy))

    stages = [replace(s, problems=tuple(map(problem, s.problems))) for s in result.stages]
    candidate = name if result.candidate == path else result.candidate
    return replace(result, candidate=candidate, error=text(result.error), stages=tuple(stages))


def _print_stages(console: Console, stages: Sequence[StageResult]) -> None:
    names = max((len(stage.name) for stage in stages), default=0)
    statuses = max((len(stage.status) for stage in stages), default=0)
    for stage in stages:
        status = (f"{stage.status:{statuses}}", _STYLES[stage.status])
        head = Text.assemble(f"{_INDENT}{stage.name:{names}}  ", status, "  ")
        print_hanging(console, head, stage.evidence)
