# SPDX-License-Identifier: Apache-2.0
"""`groundstop doctor`."""

from __future__ import annotations

from dataclasses import asdict

import click

from groundstop.cli._lines import print_hanging, say_document
from groundstop.config import find_project


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(*, as_json: bool) -> int:
    """Say whether this machine has what campaigns need, and what to do if not."""
    from rich.text import Text

    from groundstop.console import make_console
    from groundstop.doctor import examine

    project = find_project()
    console = make_console()
    checks = []
    for check in examine(project):
        checks.append(check)
        if not as_json:
            mark = ("ok", "green") if check.good else ("no", "red")
            head = Text.assemble(mark, f"  {check.name:18}")
            print_hanging(console, head, project.in_text(check.detail))
    if as_json:
        say_document([asdict(check) for check in checks])
    # Not 1: a missing tool is no finding.
    return 0 if all(check.good for check in checks) else 2
