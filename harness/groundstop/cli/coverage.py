# SPDX-License-Identifier: Apache-2.0
"""`groundstop coverage`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli._lines import say, say_document
from groundstop.cli._options import chosen_target, release_option, target_argument
from groundstop.config import Project, find_project
from groundstop.model import Release

if TYPE_CHECKING:
    # Importing it takes longer than --help may.
    from groundstop.report import FileCoverage


@click.command("coverage")
@target_argument
@release_option("The release to measure (default: the newest).")
@click.option(
    "--html", type=click.Path(path_type=Path), default=None, help="Write annotated sources here."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    target_name: str | None, release: Release | None, html: Path | None, *, as_json: bool
) -> None:
    """Replay the corpus of TARGET and report which lines of its core it reached.

    The core's harness is counted apart: the file that has its entry point, and what lies in a
    folder `fuzz`.
    """
    from groundstop.report import measure_coverage
    from groundstop.target import load_target
    from groundstop.words import counted

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    report = measure_coverage(target, project, release or target.core.fleet[-1], html)
    if as_json:
        document = {"release": str(report.release), "inputs": report.inputs}
        rows = [_row(project, file) for file in report.files]
        say_document({**document, "deaths": report.deaths, "files": rows})
        return
    name = f"{target.name} {report.release}".rstrip()
    say(f"{name}: {counted(report.inputs, 'input')}, {counted(report.deaths, 'death')}")
    core = [file for file in report.files if not file.harness]
    harness = [file for file in report.files if file.harness]
    for file in core:
        _print(project, file)
    say(f"{_lines(core)} in all")
    if harness:
        say(f"its harness, not counted:{_lines(harness)}")
        for file in harness:
            _print(project, file)
    if report.html:
        say(f"annotated sources: {project.relative(report.html / 'index.html')}")


def _row(project: Project, file: FileCoverage) -> dict[str, object]:
    return {
        "file": project.relative(file.path),
        "lines": file.lines,
        "lines_reached": file.lines_reached,
        "branches": file.branches,
        "branches_reached": file.branches_reached,
        "harness": file.harness,
    }


def _print(project: Project, file: FileCoverage) -> None:
    from groundstop.words import counted

    lines = f"{file.lines_reached:,}/{counted(file.lines, 'line')}"
    branches = f"{file.branches_reached:,}/{counted(file.branches, 'branch', 'branches')}"
    share = file.lines_reached / file.lines if file.lines else 1
    say(f"  {share:>4.0%}  {lines:>16}  {branches:>18}  {project.relative(file.path)}")


def _lines(files: Sequence[FileCoverage]) -> str:
    from groundstop.words import counted

    total = sum(file.lines for file in files)
    reached = sum(file.lines_reached for file in files)
    share = reached / total if total else 1
    return f"  {share:>4.0%}  {reached:,}/{counted(total, 'line')}"
