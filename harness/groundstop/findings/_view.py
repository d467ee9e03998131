# SPDX-License-Identifier: Apache-2.0
"""How a finding looks on a terminal, shown again or as stored; knows nothing of how it came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.config import Project
from groundstop.findings._finding import Finding
from groundstop.findings._report import Frame
from groundstop.findings._reproduce import Reproduction
from groundstop.findings._store import Stored
from groundstop.words import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["print_reproduction", "print_stored"]

# Columns from which report and content fit side by side.
_WIDE = 160


def print_reproduction(
    reproduction: Reproduction, project: Project, console: Console | None = None
) -> None:
    """Print what happened, the core's own frames, the report and the decoded content.

    On a terminal of at least 160 columns report and content stand side by side; on a
    narrower one, and in a pipe, below each other and without a break in any line.
    """
    heading = _heading(reproduction, project)
    report = reproduction.examination.report
    _print(heading, report, reproduction.content, reproduction.command, console)


def print_stored(
    stored: Stored, content: str, command: str, project: Project, console: Console | None = None
) -> None:
    """Print what is kept of a finding, as `print_reproduction` does; nothing is run."""
    from rich.text import Text

    finding = stored.finding
    where = f"{finding.target} {finding.variant}"
    found = f", found {stored.found:%Y-%m-%d %H:%M} UTC" if stored.found else ""
    heading = [Text(f"{finding.id}: on {where}{found}", style="bold red"), *_what(finding, project)]
    heading += [
        Text(f"  {counted(path.stat().st_size, 'byte')} in {project.relative(path)}")
        for path in (stored.input, stored.minimized)
        if path.is_file()
    ]
    if not finding.reproduced:
        heading.append(Text("  it did not happen again when the campaign had ended", style="dim"))
    report = stored.report.read_text(encoding="utf-8", errors="replace")
    _print(heading, report, content, command, console)


def _print(
    heading: list[Text], report: str, content: str, command: str, console: Console | None
) -> None:
    from rich.columns import Columns
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    console = console or Console(highlight=False)
    for line in heading:
        console.print(line, soft_wrap=True)
    report = report.rstrip()
    content = content.rstrip()
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
    console.print(Text(f"  {command}"), soft_wrap=True)


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
        lines += _what(finding, project)
        lines += [Text(f"  also: {other.headline}") for other, _ in examination.more]
    if reproduction.words:
        lines.append(Text(f"  known: {' '.join(reproduction.words.split())}", style="dim"))
    return lines


def _what(finding: Finding, project: Project) -> list[Text]:
    from rich.text import Text

    frames = [Text(f"    {_frame(frame, project)}") for frame in finding.frames]
    return [Text(f"  {finding.headline}"), *frames]


def _frame(frame: Frame, project: Project) -> str:
    place = f"{project.relative(Path(frame.file))}:{frame.line}" if frame.file else frame.place
    return f"{frame.function or '??'}  {place}"
