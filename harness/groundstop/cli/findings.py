# SPDX-License-Identifier: Apache-2.0
"""`groundstop findings`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from groundstop.config import Project, find_project

if TYPE_CHECKING:
    # Importing findings takes longer than --help may.
    from groundstop.findings import Stored

# Where what is said of a finding begins, behind the width of an id.
_BELOW = " " * 18


@click.group("findings")
def command() -> None:
    """List the findings that campaigns have kept, or show one of them."""


@command.command("list", short_help="List the findings of a target, or of all.")
@click.argument("target_name", metavar="[TARGET]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(target_name: str | None, *, as_json: bool) -> None:
    """List the findings of TARGET, or of all targets: what, where, and the file that shows it."""
    from rich.console import Console

    from groundstop.cli._lines import print_hanging
    from groundstop.findings import list_findings
    from groundstop.words import counted

    project = find_project()
    found = list(list_findings(project, target_name))
    if as_json:
        click.echo(json.dumps([_document(stored, project) for stored in found], indent=2))
        return
    if not found:
        click.echo(f"no findings{f' of {target_name}' if target_name else ''}")
        return
    console = Console(highlight=False)
    names = [f"{s.finding.target} {s.finding.variant}" for s in found]
    width = max(map(len, names))
    for stored, name in zip(found, names, strict=True):
        finding = stored.finding
        day = f"{stored.found:%Y-%m-%d}" if stored.found else ""
        size = counted(stored.smallest.stat().st_size, "byte")
        said = finding.headline if finding.reproduced else f"(not again) {finding.headline}"
        head = f"{finding.id}  {name:{width}}  {day:10}  {size:>15}  "
        if console.is_terminal and len(head) + len(said) > console.width:
            console.print(head.rstrip(), soft_wrap=True, markup=False)
            head = _BELOW
        print_hanging(console, head, said)
        click.echo(f"{_BELOW}{project.relative(stored.smallest)}")


@command.command("show", short_help="Show a stored finding, and how to see it again.")
@click.argument("name", metavar="ID|PATH")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show_command(name: str, *, as_json: bool) -> None:
    """Show a stored finding: its report, its content decoded, and how to see it again.

    The beginning of an id is enough where no other id begins so.  Nothing is run:
    `groundstop repro` does that.
    """
    from groundstop.cli._finding_view import print_stored
    from groundstop.errors import TargetError
    from groundstop.files import read_input
    from groundstop.findings import find_finding
    from groundstop.properties import find_stored
    from groundstop.target import load_target

    project = find_project()
    stored = find_finding(project, name)
    content = ""
    try:
        toolchain = load_target(project, stored.finding.target).content
    except TargetError as error:
        # What was found stays readable when its target is not there any more.
        click.echo(f"groundstop: content is not decoded: {error}", err=True)
    else:
        # A property's input stands for an example and is no content.
        if not find_stored(project, stored.input):
            content = toolchain.show(read_input(stored.input))
    if as_json:
        report = stored.report.read_text(encoding="utf-8", errors="replace")
        document = {**_document(stored, project), "report": report, "content": content}
        click.echo(json.dumps(document, indent=2))
    else:
        print_stored(stored, content, _command(stored, project), project)


def _command(stored: Stored, project: Project) -> str:
    from groundstop.findings import repro_command

    finding = stored.finding
    return repro_command(project, stored.smallest, finding.target, finding.variant)


def _document(stored: Stored, project: Project) -> dict[str, object]:
    minimized = stored.minimized
    return {
        **stored.finding.document(),
        "found": stored.found.isoformat() if stored.found else None,
        "bytes": stored.input.stat().st_size,
        "input": project.relative(stored.input),
        "minimized": project.relative(minimized) if minimized.is_file() else None,
        "command": _command(stored, project),
    }
