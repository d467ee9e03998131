# SPDX-License-Identifier: Apache-2.0
"""`groundstop list`."""

from __future__ import annotations

import json

import click

from groundstop.config import find_project


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(*, as_json: bool) -> None:
    """List the targets of this project, their releases and histories."""
    from groundstop.target import list_targets, load_target

    project = find_project()
    rows = []
    for name, where in list_targets(project).items():
        core = load_target(project, name).core
        releases = list(core.releases)
        rows.append(
            {"target": name, "at": where, "releases": releases, "histories": core.histories()}
        )
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['target']}  ({row['at']})")
        click.echo(f"  releases:  {' '.join(row['releases']) or 'none'}")
        click.echo(f"  histories: {' '.join(row['histories']) or 'none'}")
