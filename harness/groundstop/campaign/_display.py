# SPDX-License-Identifier: Apache-2.0
"""Show a campaign to people: live on a terminal, lines elsewhere, a summary at the end."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from groundstop.words import counted

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from groundstop.campaign._progress import CampaignResult, Progress
    from groundstop.config import Project

__all__ = ["CampaignDisplay", "summary_lines"]

_LINE_SECONDS = 5.0


class CampaignDisplay:
    """An Observer that writes to `stream`: a live table, or with no terminal a line at times.

    `quiet` writes nothing at all.  Use as a context manager around `run_campaign`.
    """

    def __init__(self, stream: TextIO, title: str, *, quiet: bool = False) -> None:
        self._stream = stream
        self._title = title
        self._quiet = quiet
        self._live: Live | None = None
        self._next_line = time.monotonic() + _LINE_SECONDS

    def __enter__(self) -> Self:
        if not self._quiet and self._stream.isatty():
            from rich.live import Live

            from groundstop.console import make_console

            console = make_console(self._stream)
            # A terminal that cannot go back a line gets lines.
            if not console.is_dumb_terminal:
                self._live = Live(console=console, refresh_per_second=5, transient=True)
                self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def update(self, progress: Progress) -> None:
        """Show the campaign's present state, if it is time to."""
        if self._live is not None:
            self._live.update(self._table(progress))
        elif not self._quiet and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_SECONDS
            self._stream.write(_line(progress) + "\n")
            self._stream.flush()

    def _table(self, progress: Progress) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(title=Text(self._title), title_justify="left", show_header=False, box=None)
        table.add_column(style="dim", min_width=12)
        table.add_column()
        for name, value in _fields(progress):
            table.add_row(name, value)
        return table


def summary_lines(result: CampaignResult, project: Project) -> list[str]:
    """Return the closing summary; the findings are for who triages them."""
    progress = result.progress
    lines = [f"{name:<12} {value}" for name, value in _fields(progress)]
    lines.append(
        f"{'new units':<12} {result.new_units:,} in {project.relative(result.evolved)}"
        + (f", {result.replaced_units:,} replaced by smaller ones" if result.replaced_units else "")
        + (f" ({counted(result.restarts, 'restart')})" if result.restarts else "")
    )
    if result.oracles:
        lines.append(f"{'oracles':<12} {', '.join(result.oracles)}")
    lines += [f"{'missing':<12} {line}" for line in result.missing]
    lines += [f"{'note':<12} {line}" for line in result.notes]
    lines += [f"{'lost':<12} {line}" for line in result.lost]
    if result.interrupted:
        lines.append(f"{'ended':<12} by a signal, after {progress.elapsed:.0f} s")
    best = sorted(progress.stats.operators, key=lambda o: o.features, reverse=True)
    if brought := [f"{o.name} {o.features:,}" for o in best if o.features]:
        lines.append(f"{'operators':<12} {', '.join(brought)} new features")
    return lines


def _fields(progress: Progress) -> list[tuple[str, str]]:
    stats = progress.stats
    shares = ", ".join(f"{share:.0%} {name}" for name, share in stats.shares().items())
    # Every input that was stored: triage tells how many findings they come to.
    return [
        ("time", f"{progress.elapsed:.0f} of {progress.seconds:.0f} s"),
        ("inputs", f"{stats.executions:,} ({progress.rate:,.0f}/s)"),
        ("reached", shares if stats.executions > stats.silent else "(the core does not say)"),
        ("edges", f"{progress.edges:,} ({counted(progress.features, 'feature')})"),
        ("corpus", _units(progress)),
        ("python", f"{stats.python_share:.1%} of the time, {counted(stats.python_calls, 'input')}"),
        ("failures", f"{progress.findings:,}"),
    ]


def _units(progress: Progress) -> str:
    # The fuzzer says how many it holds only when it has run its seeds.
    said = progress.corpus or progress.edges
    return counted(progress.corpus, "unit") if said else "-"


def _line(progress: Progress) -> str:
    stats = progress.stats
    shares = stats.shares() if stats.executions > stats.silent else {}
    stages = "".join(f"{name} {share:.0%}  " for name, share in shares.items())
    edges, units = counted(progress.edges, "edge"), _units(progress)
    return (
        f"{progress.elapsed:5.0f} s  {progress.rate:>9,.0f}/s  {edges:>12}  {units:>12}  {stages}"
        f"python {stats.python_share:.0%}  failures {progress.findings}"
    )
