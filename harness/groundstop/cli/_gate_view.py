# SPDX-License-Identifier: Apache-2.0
"""How a terminal shows the gate's decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from groundstop.cli._lines import print_hanging
from groundstop.config import Project
from groundstop.console import make_console
from groundstop.gate import Decision, GateResult, StageResult, StageStatus
from groundstop.target import list_targets, location_text
from groundstop.words import one_line, printable

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


def print_result(result: GateResult, project: Project, *, verbose: bool) -> None:
    """Print one candidate: a line, of what is held every stage and reason, what nobody checked."""
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
    _print_stages(
        console, [s for s in result.stages if everything or s.status is StageStatus.NOT_CHECKED]
    )
    said: set[str] = set()
    for problem in result.problems:
        where = one_line(project.in_text(location_text(problem.where)))
        first, *others = problem.message.splitlines() or [""]
        print_hanging(console, _INDENT, Text.assemble((where, "red"), f": {first}"))
        for line in others:
            print_hanging(console, f"{_INDENT}  ", line)
        for line in problem.excerpt.splitlines():
            console.print(Text(printable(f"{_INDENT}{line}"), "dim"))
        # Of many mistakes of one kind each needs the same.
        if problem.remedy and problem.remedy not in said:
            said.add(problem.remedy)
            print_hanging(console, f"{_INDENT}  → ", problem.remedy)


def print_summary(results: Sequence[GateResult]) -> None:
    """Print how many of each decision there were."""
    counts = Counter(result.decision for result in results)
    words = [f"{counts[decision]} {decision}" for decision in Decision if counts[decision]]
    make_console().print(", ".join(words))


def _print_stages(console: Console, stages: Sequence[StageResult]) -> None:
    names = max((len(stage.name) for stage in stages), default=0)
    statuses = max((len(stage.status) for stage in stages), default=0)
    for stage in stages:
        status = (f"{stage.status:{statuses}}", _STYLES[stage.status])
        head = Text.assemble(f"{_INDENT}{stage.name:{names}}  ", status, "  ")
        print_hanging(console, head, stage.evidence)
