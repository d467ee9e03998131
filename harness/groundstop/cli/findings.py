# SPDX-License-Identifier: Apache-2.0
"""`groundstop findings`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from groundstop.cli._complete import complete_finding
from groundstop.cli._group import CommandGroup
from groundstop.cli._lines import print_hanging, say, say_document, say_path
from groundstop.cli._options import target_argument
from groundstop.config import Project, find_project
from groundstop.terminal import complain

if TYPE_CHECKING:
    # Importing findings takes longer than --help may.
    from groundstop.findings import Stored

# Where what is said of a finding begins, behind the width of an id.
_BELOW = " " * 18
# So many are named: where a core dies all the time, a campaign leaves thousands.
_MOST_UNTRIAGED = 20


@click.group("findings", cls=CommandGroup)
def command() -> None:
    """List the findings that campaigns have kept, or show one of them."""


@command.command("list", short_help="List the findings of a target, or of all.")
@target_argument
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(target_name: str | None, *, as_json: bool) -> int:
    """List the findings of TARGET, or of all targets: what, where, and the file that shows it.

    Failing inputs that a killed campaign has left are listed as well: the next campaign makes
    findings of them.  Exit status: 0 listed; 2 a finding is damaged.
    """
    from groundstop.artifacts import untriaged_of
    from groundstop.errors import DamagedFindingError
    from groundstop.findings import list_findings

    project = find_project()
    found: list[Stored] = []
    damaged: list[DamagedFindingError] = []
    for each in list_findings(project, target_name):
        if isinstance(each, DamagedFindingError):
            damaged.append(each)
        else:
            found.append(each)
    untriaged = [project.relative(path) for path in untriaged_of(project, target_name)]
    if as_json:
        document = {
            "findings": [_document(stored, project) for stored in found],
            "untriaged": untriaged,
            "damaged": [
                {"folder": project.relative(each.folder), "why": each.why} for each in damaged
            ],
        }
        say_document(document)
    else:
        _print_list(found, project)
        _print_untriaged(untriaged)
        if not (found or untriaged or damaged):
            say(f"no findings{f' of {target_name}' if target_name else ''}")
    for each in damaged:
        complain(each)
    return 2 if damaged else 0


def _print_list(found: Sequence[Stored], project: Project) -> None:
    from groundstop.console import make_console
    from groundstop.findings import NOT_AGAIN
    from groundstop.words import counted

    console = make_console()
    names = [f"{s.finding.target} {s.finding.variant}" for s in found]
    width = max(map(len, names), default=0)
    for stored, name in zip(found, names, strict=True):
        finding = stored.finding
        day = f"{stored.found:%Y-%m-%d}" if stored.found else ""
        size = counted(stored.smallest.stat().st_size, "byte")
        said = finding.headline if finding.reproduced else f"({NOT_AGAIN}) {finding.headline}"
        head = f"{finding.id}  {name:{width}}  {day:10}  {size:>15}  "
        if console.is_terminal and len(head) + len(said) > console.width:
            print_hanging(console, head.rstrip(), "")
            head = _BELOW
        print_hanging(console, head, said)
        say_path(project.relative(stored.smallest), indent=_BELOW)


def _print_untriaged(paths: Sequence[str]) -> None:
    from groundstop.words import counted

    if not paths:
        return
    say(
        f"{counted(len(paths), 'failing input')} of a campaign that has not ended, or was killed; "
        "the next campaign makes findings of them:"
    )
    for path in paths[:_MOST_UNTRIAGED]:
        say_path(path, indent="  ")
    if len(paths) > _MOST_UNTRIAGED:
        say(f"  and {len(paths) - _MOST_UNTRIAGED:,} more")


@command.command("show", short_help="Show a stored finding, and how to see it again.")
@click.argument("name", metavar="ID|PATH", shell_complete=complete_finding)
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
    from groundstop.target import brief, load_target

    project = find_project()
    stored = find_finding(project, name)
    content = ""
    try:
        toolchain = load_target(project, stored.finding.target).content
    except TargetError as error:
        # What was found stays readable when its target is not there any more.
        complain(f"content is not decoded: {error}")
    else:
        # A property's input stands for an example and is no content.
        if not find_stored(project, stored.input):
            content = brief(toolchain, read_input(stored.input))
    if as_json:
        report = stored.report.read_text(encoding="utf-8", errors="replace")
        document = {**_document(stored, project), "report": report, "content": content}
        say_document(document)
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
