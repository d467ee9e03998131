# SPDX-License-Identifier: Apache-2.0
"""`groundstop gate`."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from groundstop.cli._lines import say_document
from groundstop.cli._options import release_type, target_option
from groundstop.config import Project, find_project
from groundstop.errors import InputError, TargetError
from groundstop.model import Release


@click.command("gate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@target_option
@click.option(
    "--fleet",
    type=release_type,
    multiple=True,
    metavar="NAME[@PATCH]",
    help="A release that would receive the files; repeat it (default: the whole fleet).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-v", "--verbose", is_flag=True, help="Show every stage, also of what ships.")
def command(
    files: tuple[Path, ...],
    target_name: str | None,
    fleet: tuple[Release, ...],
    *,
    as_json: bool,
    verbose: bool,
) -> int:
    """Decide for each candidate file: ship or hold, with evidence.

    What was not checked, because the target declares nothing to check it by, is said of what
    ships, too.

    Exit status: 0 all ship; 1 some are held; 2 none is held, but some could not be judged.
    """
    from groundstop.cli._gate_view import print_result, print_summary
    from groundstop.findings import find_target
    from groundstop.gate import Decision, run_gate

    project = find_project()
    target = find_target(project, files[0], _common_target(project, target_name, files))
    results = []
    for result in run_gate(target, project, files, fleet):
        results.append(result)
        if not as_json:
            print_result(result, project, verbose=verbose)
    decisions = {result.decision for result in results}
    if as_json:
        say_document([result.as_json() for result in results])
    else:
        print_summary(results)
    if Decision.HOLD in decisions:
        return 1
    return 2 if Decision.UNDECIDED in decisions else 0


def _common_target(project: Project, name: str | None, files: tuple[Path, ...]) -> str | None:
    """Return the target that the files which say so belong to; None when none of them does.

    A file that no target recognizes is judged like the others: as hostile bytes.
    """
    from groundstop.findings import find_target

    if name is not None:
        return name
    found: set[str] = set()
    for file in files:
        with contextlib.suppress(TargetError, InputError):
            found.add(find_target(project, file).name)
    if len(found) > 1:
        raise TargetError(
            f"these files belong to several targets ({', '.join(sorted(found))}): gate them apart"
        )
    return next(iter(found), None)
