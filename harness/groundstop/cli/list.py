# SPDX-License-Identifier: Apache-2.0
"""`groundstop list`."""

from __future__ import annotations

from typing import Any

import click

from groundstop.cli._lines import say, say_document
from groundstop.config import Project, find_project
from groundstop.terminal import complain


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(*, as_json: bool) -> int:
    """List the targets of this project, their releases and histories."""
    from groundstop.target import list_targets

    project = find_project()
    rows = [_row(project, name, where) for name, where in list_targets(project).items()]
    if as_json:
        say_document(rows)
    else:
        for row in rows:
            say(f"{row['target']}  ({row['at']})")
            for title in ("releases", "histories"):
                if title in row:
                    say(f"  {title + ':':10} {' '.join(row[title]) or 'none'}")
    # The others are good, and were listed.
    for row in rows:
        if "error" in row:
            complain(row["error"])
    return 2 if any("error" in row for row in rows) else 0


def _row(project: Project, name: str, where: str) -> dict[str, Any]:
    from groundstop.errors import GroundstopError
    from groundstop.target import load_target

    row: dict[str, Any] = {"target": name, "at": where}
    try:
        core = load_target(project, name).core
        row |= {"releases": list(core.releases), "histories": core.histories()}
    except GroundstopError as error:
        row["error"] = str(error)
    return row
