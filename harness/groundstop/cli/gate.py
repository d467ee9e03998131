# SPDX-License-Identifier: Apache-2.0
"""`groundstop gate`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli._options import release_type, target_option
from groundstop.config import Project, find_project
from groundstop.model import Release

if TYPE_CHECKING:
    from groundstop.cli._gate_view import GateView


@click.command("gate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@target_option
@click.option(
    "--fleet",
    type=release_type,
    multiple=True,
    metavar="NAME[@PATCH]",
    help="A release that would receive the files; repeat it (default: the whole fleet).",
)
@click.option(
    "--changed",
    metavar="[BASE]",
    is_flag=False,
    flag_value="HEAD",
    default=None,
    help="What differs from a commit of git (default: HEAD), and files that are new.",
)
@click.option("--allow-none", is_flag=True, help="With --changed: that nothing changed is fine.")
@click.option(
    "--name",
    type=click.Path(path_type=Path),
    default=None,
    help="With -: the file that standard input stands for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-v", "--verbose", is_flag=True, help="Show every stage, also of what ships.")
def command(  # noqa: PLR0913  (one for each option)
    paths: tuple[Path, ...],
    target_name: str | None,
    fleet: tuple[Release, ...],
    changed: str | None,
    name: Path | None,
    *,
    allow_none: bool,
    as_json: bool,
    verbose: bool,
) -> int:
    """Decide for each candidate file: ship or hold, with evidence.

    PATHS are files, folders (then every file below that a target recognizes), or - for standard
    input. With --changed they limit what is looked at; what the corpus has is then left out
    unless it is named, and a source counts as changed with the templates that it names.

    What was not checked, because the target declares nothing to check it by, is said of what
    ships, too.

    Exit status: 0 all ship; 1 some are held; 2 none is held, but some could not be judged, or
    there is nothing to decide on.
    """
    from groundstop.cli._gate_view import GateView
    from groundstop.cli._standard_input import is_standard_input
    from groundstop.gate import Decision, changes_since, find_candidates, run_gate

    if not paths and changed is None:
        raise click.UsageError("name the files to decide on, a folder, -, or use --changed")
    if allow_none and changed is None:
        raise click.UsageError("--allow-none goes with --changed")
    if name is not None and not any(map(is_standard_input, paths)):
        raise click.UsageError("--name goes with -")
    project = find_project()
    with ExitStack() as stack:
        view = GateView(project, as_json=as_json, verbose=verbose)
        paths = tuple(_given(path, name, project, target_name, view, stack) for path in paths)
        changes = None if changed is None else changes_since(changed, Path.cwd())
        found = find_candidates(project, paths, target_name, changes)
        if not len(found):
            view.nothing(f"nothing that a target recognizes differs from {changed}", found.skipped)
            return 0 if allow_none else 2
        for target, candidates in found.of.values():
            for result in run_gate(target, project, candidates, fleet):
                view.add(result)
        view.end(found.skipped)
    if Decision.HOLD in view.decisions:
        return 1
    return 2 if Decision.UNDECIDED in view.decisions else 0


def _given(  # noqa: PLR0913, PLR0917  (what standard input needs to become a file)
    path: Path,
    name: Path | None,
    project: Project,
    target_name: str | None,
    view: GateView,
    stack: ExitStack,
) -> Path:
    """Return the path of a candidate; for standard input that of a file which has it."""
    from groundstop.cli._standard_input import as_file, is_standard_input
    from groundstop.findings import Recognizer
    from groundstop.target import load_target

    if not is_standard_input(path):
        return path
    usual = load_target(project, target_name) if target_name else Recognizer(project).usual
    kept = stack.enter_context(as_file(name, usual.content.suffixes if usual else ()))
    view.show_as(kept, name or Path("-"))
    return kept
