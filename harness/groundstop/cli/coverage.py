# SPDX-License-Identifier: Apache-2.0
"""`groundstop coverage`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import say, say_document
from groundstop.cli._options import release_option
from groundstop.config import find_project
from groundstop.model import Release


@click.command("coverage")
@click.argument("target_name", metavar="TARGET")
@release_option("The release to measure (default: the newest).")
@click.option(
    "--html", type=click.Path(path_type=Path), default=None, help="Write annotated sources here."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(target_name: str, release: Release | None, html: Path | None, *, as_json: bool) -> None:
    """Replay the corpus and report which lines of the core it reached."""
    from groundstop.report import measure_coverage
    from groundstop.target import load_target
    from groundstop.words import counted

    project = find_project()
    target = load_target(project, target_name)
    report = measure_coverage(target, project, release or target.core.fleet[-1], html)
    rows = [
        {
            "file": project.relative(file.path),
            "lines": file.lines,
            "lines_reached": file.lines_reached,
            "branches": file.branches,
            "branches_reached": file.branches_reached,
        }
        for file in report.files
    ]
    if as_json:
        document = {"release": str(report.release), "inputs": report.inputs}
        say_document({**document, "deaths": report.deaths, "files": rows})
        return
    name = f"{target.name} {report.release}".rstrip()
    ran = f"{counted(report.inputs, 'input')}, {counted(report.deaths, 'death')}"
    say(f"{name}: {ran}")
    for file, row in zip(report.files, rows, strict=True):
        lines = f"{file.lines_reached:,}/{counted(file.lines, 'line')}"
        branches = f"{file.branches_reached:,}/{counted(file.branches, 'branch', 'branches')}"
        share = file.lines_reached / file.lines if file.lines else 1
        say(f"  {share:>4.0%}  {lines:>16}  {branches:>18}  {row['file']}")
    total = sum(file.lines for file in report.files)
    reached = sum(file.lines_reached for file in report.files)
    share = reached / total if total else 1
    say(f"  {share:>4.0%}  {reached:,}/{counted(total, 'line')} in all")
    if report.html:
        say(f"annotated sources: {project.relative(report.html / 'index.html')}")
