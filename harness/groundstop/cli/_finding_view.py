# SPDX-License-Identifier: Apache-2.0
"""How a finding looks on a terminal, shown again or as stored; knows nothing of how it came."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from groundstop.cli._lines import print_block, print_hanging
from groundstop.config import Project
from groundstop.console import make_console
from groundstop.findings import NOT_AGAIN, Finding, Frame, Reproduction, Stored, parse_report
from groundstop.words import counted, one_line, printable

__all__ = ["print_reproduction", "print_stored"]

# Columns from which report and content fit side by side.
_WIDE = 160


def print_reproduction(
    reproduction: Reproduction, project: Project, console: Console | None = None
) -> None:
    """Print what happened, the core's own frames, the decoded content and the report.

    Of the report's stacks what called the core is left out; what happened, beside the line to
    paste, is said again at the end, where a terminal has scrolled to.

    On a terminal of at least 160 columns report and content stand side by side; on a
    narrower one, and in a pipe, below each other and without a break in any line.
    """
    finding, kept = reproduction.examination.finding, reproduction.kept
    said = finding.headline if finding else ""
    if finding and kept and not reproduction.reproduced:
        said = f"{_gone(reproduction)}: {kept.headline}; the input now shows: {said}"
    _print(
        _heading(reproduction, project),
        reproduction.examination.report,
        reproduction.content,
        [said, reproduction.command],
        console,
    )


def print_stored(
    stored: Stored, content: str, command: str, project: Project, console: Console | None = None
) -> None:
    """Print what is kept of a finding, as `print_reproduction` does; nothing is run."""
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
        said = f"  {NOT_AGAIN}: it may depend on the inputs before"
        heading.append(Text(said, style="bold"))
    report = stored.report.read_text(encoding="utf-8", errors="replace")
    _print(heading, report, content, [finding.headline, command], console)


def _print(
    heading: list[Text],
    report: str,
    content: str,
    ending: list[str],
    console: Console | None,
) -> None:
    console = console or make_console()
    for line in heading:
        indent = len(line.plain) - len(line.plain.lstrip())
        print_hanging(console, " " * indent, line[indent:])
    report = _without_callers(report.rstrip())
    content = content.rstrip()
    if console.is_terminal and console.width >= _WIDE and report and content:
        width = console.width // 2 - 1
        panels = [
            Panel(Text(printable(report)), title="report", width=width),
            Panel(Text(printable(content)), title="content", width=width),
        ]
        console.print(Columns(panels, padding=(0, 1)), soft_wrap=False)
    else:
        for title, text in (("Content", content), ("Report", report)):
            if text:
                print_block(console, title, text)
    headline, command = ending
    console.print()
    if headline:
        print_hanging(console, "", Text(headline, style="bold red"))
    console.print(Text("Again:", style="bold"))
    console.print(Text(one_line(f"  {command}")), soft_wrap=True)


def _without_callers(report: str) -> str:
    """Return a report without the frames, in each of its stacks, below the core's outermost."""
    lines: list[str] = []
    for is_stack, group in groupby(report.split("\n"), lambda line: line.lstrip()[:1] == "#"):
        part = list(group)
        if is_stack:
            stack = parse_report("\n".join(part))
            own = set(stack.own_frames())
            last = max((at for at, f in enumerate(stack.frames, 1) if f in own), default=0)
            # What is not read as a stack, or has nothing of the core, stays as it is.
            part = part[: last if last and len(stack.frames) == len(part) else None]
        lines += part
    return "\n".join(lines)


def _heading(reproduction: Reproduction, project: Project) -> list[Text]:
    examination = reproduction.examination
    finding, kept = examination.finding, reproduction.kept
    where = f"{reproduction.target} {examination.variant}"
    name = project.relative(reproduction.path)
    lines = []
    if finding is None:
        lines.append(Text(f"{name}: does not reproduce on {where}", style="bold green"))
        lines += [Text(f"  {step}") for step in reproduction.steps]
    else:
        said = f"reproduces on {where}"
        if not reproduction.reproduced:
            said = f"{_gone(reproduction)}, but another does"
        lines.append(Text(f"{name}: {said}", style="bold red"))
        if kept and kept.id != finding.id:
            lines.append(Text(f"  kept: {kept.headline}"))
            lines += _what(finding, project, "now: ")
        else:
            lines += _what(finding, project)
        lines += [Text(f"  also: {other.headline}") for other, _ in examination.more]
    if reproduction.words:
        lines.append(Text(f"  known: {' '.join(reproduction.words.split())}", style="dim"))
    return lines


def _gone(reproduction: Reproduction) -> str:
    """Say that the kept finding does not show; not "any more" on a build where it never did."""
    kept, variant = reproduction.kept, reproduction.examination.variant
    said = f"the kept finding does not show on {reproduction.target} {variant}"
    known = kept and (kept.target, kept.variant) == (reproduction.target, variant)
    return f"{said} any more" if known else said


def _what(finding: Finding, project: Project, label: str = "") -> list[Text]:
    frames = [Text(f"    {_frame(frame, project)}") for frame in finding.frames]
    return [Text(f"  {label}{finding.headline}"), *frames]


def _frame(frame: Frame, project: Project) -> str:
    place = f"{project.relative(Path(frame.file))}:{frame.line}" if frame.file else frame.place
    return f"{frame.function or '??'}  {place}"
