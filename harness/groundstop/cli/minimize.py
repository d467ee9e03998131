# SPDX-License-Identifier: Apache-2.0
"""`groundstop minimize`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli._complete import complete_file
from groundstop.cli._lines import print_hanging, say, say_document, say_path
from groundstop.cli._options import release_option, sanitizer_option, target_option
from groundstop.config import Project, find_project
from groundstop.model import Release, Sanitizer

if TYPE_CHECKING:
    # Importing findings takes longer than --help may.
    from groundstop.findings import Minimized

_ENDED = {"": "", "time": "; the time was up", "interrupt": "; interrupted"}


@click.command("minimize")
@click.argument("file", type=click.Path(path_type=Path), shell_complete=complete_file)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="Write it here, as it is if need be (default: FILE.min; for a finding's input "
    "`minimized` beside it; none for a file in the corpus).",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How long to try.",
)
@target_option
@release_option("The release to run it on (default: what is known of the file, else the newest).")
@sanitizer_option("The build to run it on (default: address, then undefined).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(  # noqa: PLR0913, PLR0917  (one parameter for each option)
    file: Path,
    output: Path | None,
    seconds: float,
    target_name: str | None,
    release: Release | None,
    sanitizer: Sanitizer | None,
    *,
    as_json: bool,
) -> int:
    """Shrink a file while it shows the same finding: of a stored one's input, that one.

    FILE is what `groundstop repro` takes, but no input of a property: that was made small when
    it was found.  With a format, what is in it is taken away piece by piece, and counts, sizes,
    offsets and checksums are put right each time; without one, or where the file is damaged
    beyond it, bytes are.  Ctrl-C keeps what there is by then.

    Exit status: 1 there is a finding; 0 it does not reproduce, and nothing is written; 2 it
    could not be run.
    """
    from groundstop.errors import InputError
    from groundstop.findings import input_named, minimize
    from groundstop.properties import find_stored

    project = find_project()
    file = input_named(project, file)
    if find_stored(project, file):
        raise InputError(f"{file}: the input of a property, and made small when it was found")
    done = minimize(
        project,
        file,
        output=output,
        seconds=seconds,
        target_name=target_name,
        release=release,
        sanitizer=sanitizer,
    )
    if as_json:
        say_document(_document(done, project))
    else:
        _show(done, project)
    return 1 if done.finding else 0


def _show(done: Minimized, project: Project) -> None:
    from groundstop.console import make_console
    from groundstop.words import counted

    console = make_console()
    name = project.relative(done.path)
    if done.finding is None:
        print_hanging(console, "", f"{name}: does not reproduce, nothing is written")
        say(f"  {done.command}")
        return
    print_hanging(console, "", f"{name}: {done.finding.headline}")
    if done.after < done.before:
        came = f" → {done.after:,}"
    else:
        came = ", nothing smaller was found" if done.ended else ", cannot be made smaller"
        # With fewer distinct bytes, it is still easier to read.
        if done.changed:
            came += ": made plainer"
        elif not done.output:
            came += ": nothing is written"
    ran = f"{counted(done.runs, 'run')}{_ENDED[done.ended]}"
    print_hanging(console, "  ", f"{counted(done.before, 'byte')}{came}, {ran}")
    if done.output:
        say_path(project.relative(done.output), indent="  ")
    say("Again:")
    say(f"  {done.command}")


def _document(done: Minimized, project: Project) -> dict[str, object]:
    return {
        "file": project.relative(done.path),
        "target": done.target,
        "finding": done.finding.document() if done.finding else None,
        "before": done.before,
        "after": done.after,
        "runs": done.runs,
        "ended": done.ended or None,
        "output": project.relative(done.output) if done.output else None,
        "command": done.command,
    }
