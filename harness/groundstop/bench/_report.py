# SPDX-License-Identifier: Apache-2.0
"""The report of a bench: as a document for programs, as a table for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

from groundstop.bench._bench import BenchReport, Result
from groundstop.bench._contenders import OURS, WITHOUT_ORACLES
from groundstop.bench._stats import Times

__all__ = ["as_document", "print_report"]

# Seconds: a process needs about that many until it runs as fast as it will.
_SHORT = 0.5


def as_document(report: BenchReport) -> dict[str, object]:
    """Return everything that was measured, every trial included."""
    return {
        "target": report.target,
        "release": str(report.release),
        "incident": str(report.incident or ""),
        "options": asdict(report.options),
        "contenders": [_contender(report, result) for result in report.results],
    }


def _contender(report: BenchReport, result: Result) -> dict[str, object]:
    found: dict[str, object] = {}
    if result.finding:
        times = result.times(report.options.seconds)
        found = {
            "seconds_to_finding": [s if math.isfinite(s) else None for s in times.seconds],
            "ours_against_it": asdict(report.finding(result.name)),
        }
    return {
        "name": result.name,
        "inputs_per_second": [trial.rate for trial in result.fuzzing],
        "runs": [trial.runs for trial in result.fuzzing],
        "ratio_of_ours": report.ratio(result.name),
        "ratio_without_oracles": _none_if_nan(report.ratio(result.name, WITHOUT_ORACLES)),
        "edges": [list(trial.edges) for trial in result.fuzzing],
        "evaluated": _none_if_nan(result.evaluated),
        **found,
    }


def _none_if_nan(value: float) -> float | None:
    return None if math.isnan(value) else value


def print_report(report: BenchReport) -> None:
    """Print the tables."""
    from rich import box
    from rich.table import Table

    from groundstop.console import make_console

    options = report.options
    console = make_console()
    title = f"{report.target} {report.release}: {options.trials} trials of {options.seconds:g} s"
    ratios = ("ours\n/ it", "without\noracles\n/ it")
    numbers = ("inputs/s", "spread", *ratios, "edges", "evaluated")
    table = Table("contender", title=title, box=box.SIMPLE_HEAD)
    for name in numbers:
        table.add_column(name, no_wrap=True, justify="right")
    for result in report.results:
        rates = [trial.rate for trial in result.fuzzing]
        edges = "" if math.isnan(result.edges) else f"{result.edges:.0f}"
        compared = [
            "" if of == result.name or math.isnan(ratio) else f"{ratio:.2f}"
            for of in (OURS, WITHOUT_ORACLES)
            for ratio in (report.ratio(result.name, of),)
        ]
        spread = _spread(rates, result.rate)
        evaluated = "" if math.isnan(result.evaluated) else f"{result.evaluated:.0%}"
        table.add_row(result.name, f"{result.rate:,.0f}", spread, *compared, edges, evaluated)
    console.print(table, soft_wrap=False)
    for result in report.results:
        if (length := result.length) < _SHORT:
            console.print(
                f"{result.name}: a finding ended its runs after {length:.2g} s of fuzzing; inputs "
                "per second of runs so short say little"
            )
    if report.incident is not None:
        console.print(_times_table(report), soft_wrap=False)


def _times_table(report: BenchReport) -> object:
    from rich import box
    from rich.table import Table

    title = f"seconds to the defect of {report.incident} (budget {report.options.seconds:g} s)"
    columns = ("contender", "found", "median", "range", "it / ours", "A12", "p")
    table = Table(*columns, title=title, box=box.SIMPLE_HEAD)
    for result in report.results:
        if not result.finding:
            continue
        times = result.times(report.options.seconds)
        row = [result.name, f"{times.found} of {len(times.seconds)}", _seconds(times.median)]
        row.append(_range(times))
        if result.name != OURS:
            compared = report.finding(result.name)
            least = "over " if compared.censored else ""
            row += [
                f"{least}{compared.ratio:.1f}",
                f"{compared.a12:.2f}",
                f"{compared.p_value:.3g}",
            ]
        table.add_row(*row)
    return table


def _spread(rates: Sequence[float], median: float) -> str:
    """Return half the range, relative to the median; one trial says nothing of it."""
    if len(rates) == 1 or not median:
        return ""
    return f"±{(max(rates) - min(rates)) / 2 / median:.0%}"


def _range(times: Times) -> str:
    if not times.found or len(times.seconds) == 1:
        return ""
    return f"{_seconds(min(times.seconds))} to {_seconds(max(times.seconds))}"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "not found"
