# SPDX-License-Identifier: Apache-2.0
"""How a terminal shows the gate's decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from groundstop.config import Project
from groundstop.gate import Decision, GateResult, StageResult, StageStatus
from groundstop.target import list_targets, location_text

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


def print_result(result: GateResult, project: Project, *, verbose: bool) -> None:
    """Print one candidate: a line, of what is held every stage and reason, what nobody checked."""
    console = Console(highlight=False, soft_wrap=True)
    style = _STYLES[result.decision]
    name = escape(project.relative(result.candidate))
    words = [f"[{style}]{result.decision.upper():9}[/] {name}", result.digest[:16]]
    if len(list_targets(project)) > 1:
        words.append(f"as {result.target}")  # another one might have decided otherwise
    console.print("  ".join(filter(None, words)))
    if result.error:
        console.print(f"          {escape(result.error)}")
    everything = result.decision is Decision.HOLD or verbose
    _print_stages(
        console, [s for s in result.stages if everything or s.status is StageStatus.NOT_CHECKED]
    )
    for problem in result.problems:
        where = escape(location_text(problem.where).replace(f"{project.root}/", ""))
        first, *others = problem.message.splitlines() or [""]
        console.print(f"          [red]{where}[/]: {escape(first)}")
        for line in others:
            console.print(f"            {escape(line)}")
        if problem.remedy:
            console.print(f"            → {escape(problem.remedy)}")


def print_summary(results: Sequence[GateResult]) -> None:
    """Print how many of each decision there were."""
    counts = Counter(result.decision for result in results)
    words = [f"{counts[decision]} {decision}" for decision in Decision if counts[decision]]
    Console(highlight=False).print(", ".join(words))


def _print_stages(console: Console, stages: Sequence[StageResult]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for stage in stages:
        style = _STYLES[stage.status]
        row = (f"          {stage.name}", f"[{style}]{stage.status}[/]", escape(stage.evidence))
        table.add_row(*row)
    if stages:
        console.print(table)
