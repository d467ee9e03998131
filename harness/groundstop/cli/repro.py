# SPDX-License-Identifier: Apache-2.0
"""`groundstop repro`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._complete import complete_file
from groundstop.cli._lines import say_document
from groundstop.cli._options import release_option, sanitizer_option, target_option
from groundstop.config import find_project
from groundstop.model import Release, Sanitizer


@click.command("repro")
@click.argument("file", type=click.Path(path_type=Path), shell_complete=complete_file)
@target_option
@release_option("The release to run it on (default: what is known of the file, else the newest).")
@sanitizer_option("The build to run it on (default: address, then undefined).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    file: Path,
    target_name: str | None,
    release: Release | None,
    sanitizer: Sanitizer | None,
    *,
    as_json: bool,
) -> int:
    """Show a finding again: symbolized report and decoded content.

    FILE is a finding's folder or id, a stored input of a target or of a property, a seed or a
    text source; its path may also be one from the project's root.

    Of a stored finding, that one comes first; where something else is all that shows, that is
    said.

    Exit status: 1 it shows a finding, that one or another; 0 it does not; 2 it could not be run.
    """
    from groundstop.cli._finding_view import print_reproduction
    from groundstop.findings import input_named, reproduce
    from groundstop.properties import find_stored, reproduce_stored

    project = find_project()
    file = input_named(project, file)
    if stored := find_stored(project, file):
        found = reproduce_stored(stored, release, sanitizer)
    else:
        found = reproduce(
            project, file, target_name=target_name, release=release, sanitizer=sanitizer
        )
    finding = found.examination.finding
    if as_json:
        document = {
            "file": str(found.path),
            "target": found.target,
            "variant": str(found.examination.variant),
            "reproduced": found.reproduced,
            "finding": finding.document() if finding else None,
            "kept": found.kept.document() if found.kept else None,
            "report": found.examination.report,
            "content": found.content,
            "command": found.command,
        }
        say_document(document)
    else:
        print_reproduction(found, project)
    return 1 if finding else 0
