# SPDX-License-Identifier: Apache-2.0
"""How a reproduction looks on a terminal; knows nothing of how it came about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.config import Project
from groundstop.findings._report import Frame
from groundstop.findings._reproduce import Reproduction

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["print_reproduction"]

# Columns from which report and content fit side by side.
_WIDE = 160


def print_reproduction(
    reproduction: Reproduction, project: Project, console: Console | None = None
) -> None:
    """Print what happened, the core's own frames, the report and the decoded content.

    On a terminal of at least 160 columns report and content stand side by side; on a
    narrower one, and in a pipe, below each other and without a break in any line.
    """
    from rich.columns import Columns
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    console = console or Console(highlight=False)
    for line in _heading(reproduction, project):
        console.print(line, soft_wrap=True)
    report = reproduction.examination.report.rstrip()
    content = reproduction.content.rstrip()
    if console.is_terminal and console.width >= _WIDE and report and content:
        width = console.width // 2 - 1
        panels = [
            Panel(Text(report), title="report", width=width),
            Panel(Text(content), title="content", width=width),
        ]
        console.print(Columns(panels, padding=(0, 1)))
    else:
        for title, text in (("Content", content), ("Report", report)):
            if text:
                console.print(Text(f"\n{title}", style="bold"))
                console.print(Text(text), soft_wrap=True)
    console.print(Text("\nAgain:", style="bold"))
    console.print(Text(f"  {reproduction.command}"), soft_wrap=True)


def _heading(reproduction: Reproduction, project: Project) -> list[Text]:
    from rich.text import Text

    examination = reproduction.examination
    finding = examination.finding
    where = f"{reproduction.target} {examination.variant}"
    name = project.relative(reproduction.path)
    lines = []
    if finding is None:
        lines.append(Text(f"{name}: does not reproduce on {where}", style="bold green"))
        lines += [Text(f"  {step}") for step in reproduction.steps]
    else:
        lines.append(Text(f"{name}: reproduces on {where}", style="bold red"))
        lines.append(Text(f"  {finding.headline}"))
        lines += [Text(f"    {_frame(frame, project)}") for frame in finding.frames]
        lines += [Text(f"  also: {other.headline}") for other, _ in examination.more]
    if reproduction.words:
        lines.append(Text(f"  known: {' '.join(reproduction.words.split())}", style="dim"))
    return lines


def _frame(frame: Frame, project: Project) -> str:
    place = f"{project.relative(Path(frame.file))}:{frame.line}" if frame.file else frame.place
    return f"{frame.function or '??'}  {place}"
