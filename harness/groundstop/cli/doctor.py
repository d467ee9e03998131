# SPDX-License-Identifier: Apache-2.0
"""`groundstop doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from groundstop.config import find_project


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(*, as_json: bool) -> int:
    """Say whether this machine has what campaigns need, and what to do if not."""
    from groundstop.doctor import examine

    project = find_project()
    checks = []
    for check in examine(project):
        checks.append(check)
        if not as_json:
            mark = click.style("ok", fg="green") if check.good else click.style("no", fg="red")
            detail = check.detail.replace(f"{project.root}/", "").replace("\n", "\n" + " " * 22)
            click.echo(f"{mark}  {check.name:18}{detail}")
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks]))
    # Not 1: a missing tool is no finding.
    return 0 if all(check.good for check in checks) else 2
