# SPDX-License-Identifier: Apache-2.0
"""`groundstop report`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import say_document, say_path
from groundstop.cli._options import chosen_target, target_argument
from groundstop.config import find_project


@click.command("report")
@target_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=None,
    help="Write the page here, - is standard output (default: .groundstop/reports/TARGET.html).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, not a page.")
def command(target_name: str | None, output: Path | None, *, as_json: bool) -> int:
    """Write what is known of TARGET to one HTML file, to keep or to pass on.

    The target and what it lacks, the last campaigns, the corpus, the findings with their
    reports and decoded content, the regressions.  The core is neither built nor run, and
    nothing judged: exit status 0 says that the report was made, 2 that something of it is
    damaged, and is not in the report.
    """
    from groundstop.files import make_folder, write_atomically
    from groundstop.report import gather_evidence, render_page
    from groundstop.target import load_target
    from groundstop.terminal import complain, write_bytes

    if as_json and output:
        raise click.UsageError("--json prints to standard output: leave --output out")
    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    evidence = gather_evidence(target, project)
    for each in evidence.damaged:
        complain(f"{each.path}: {each.why}")
    status = 2 if evidence.damaged else 0
    if as_json:
        say_document(evidence.document())
        return status
    page = render_page(evidence).encode()
    if str(output) == "-":
        write_bytes(page)
        return status
    path = output or project.state / "reports" / f"{target.name}.html"
    make_folder(path.parent)
    write_atomically(path, page)
    say_path(project.relative(path))
    return status
