# SPDX-License-Identifier: Apache-2.0
"""`groundstop corpus add`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli._complete import complete_file
from groundstop.cli._lines import say, say_path
from groundstop.cli._options import target_option
from groundstop.config import Project, find_project
from groundstop.errors import GroundstopError, InputError

if TYPE_CHECKING:
    # Importing targets takes longer than --help may.
    from groundstop.corpus import Added
    from groundstop.target import Target


@click.command("add")
@click.argument(
    "files",
    type=click.Path(path_type=Path),
    nargs=-1,
    required=True,
    shell_complete=complete_file,
)
@target_option
@click.option("--regression", is_flag=True, help="As regressions: each with its .finding.toml.")
def command(files: tuple[Path, ...], target_name: str | None, *, regression: bool) -> None:
    """Add files to a corpus, all or none: as seeds, or as regressions.

    A regression is run to see what it shows, and its sidecar says that; where it shows nothing
    you write what went wrong.  A finding's folder or id stands for its smallest input, the
    minimized one perhaps, and its sidecar says what was found, whatever it shows today.  A seed
    that is empty, breaks its format or is refused by the core is added, and that is said.  A
    file that is there already is not added again; another one that is the same to the core is
    refused.
    """
    from groundstop.findings import find_target, input_named

    project = find_project()
    files = tuple(input_named(project, path) for path in files)
    target = find_target(project, files[0], target_name)
    if regression:
        _add_regressions(project, target, files)
    else:
        _add_seeds(project, target, files)


def _add_seeds(project: Project, target: Target, files: tuple[Path, ...]) -> None:
    from groundstop.corpus import add_seeds
    from groundstop.findings import misfits

    if folder := next((path for path in files if path.is_dir()), None):
        raise InputError(f"{folder}: a folder is no seed; a finding is added with --regression")
    added = add_seeds(target, project, files)
    new = [path for path, each in zip(files, added, strict=True) if each.new]
    for path, each in zip(files, added, strict=True):
        _tell(project, path, each)
    # They are added: that they cannot be run changes nothing.
    try:
        for path, words in misfits(target, project, new):
            _note(project, path, words)
    except GroundstopError as error:
        first = str(error).partition("\n")[0]
        say(f"note: added, but could not be run: {first}", err=True)
    except KeyboardInterrupt:
        say("note: added, not checked: interrupted", err=True)


def _add_regressions(project: Project, target: Target, files: tuple[Path, ...]) -> None:
    from groundstop.corpus import add_regressions
    from groundstop.findings import SHOWS_NOTHING, what_is_known
    from groundstop.properties import find_stored

    if found := next((path for path in files if find_stored(project, path)), None):
        raise InputError(
            f"{found}: the input of a property, no content: its own test runs it again"
        )
    known = [what_is_known(project, target, path) for path in files]
    added = add_regressions(target, project, known)
    for path, each in zip(files, added, strict=True):
        _tell(project, path, each)
    for shown, each in zip(known, added, strict=True):
        if each.new and shown.what == SHOWS_NOTHING:
            _note(project, shown.path, "does not reproduce; write what went wrong into its sidecar")


def _tell(project: Project, path: Path, added: Added) -> None:
    place = project.relative(added.place)
    if added.new:
        say_path(place)
    else:
        _note(project, path, f"is there already, as {place}")


def _note(project: Project, path: Path, words: str) -> None:
    say(f"note: {project.relative(path)}: {words}", err=True)
