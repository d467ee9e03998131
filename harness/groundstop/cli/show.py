# SPDX-License-Identifier: Apache-2.0
"""`groundstop show`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import say_document, say_text
from groundstop.cli._options import release_option, target_option
from groundstop.config import find_project
from groundstop.model import Release


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@target_option
@click.option("--full", is_flag=True, help="Show also what everybody knows, as known types.")
@click.option("--coverage", is_flag=True, help="Show what of the content the core evaluates.")
@release_option("With --coverage: the release to run it on (default: the newest).")
@click.option("--own-events", is_flag=True, help="With --coverage: make no events for it.")
@click.option("--json", "as_json", is_flag=True, help="With --coverage: print one JSON document.")
def command(  # noqa: PLR0913  (one for each option)
    file: Path,
    target_name: str | None,
    release: Release | None,
    *,
    full: bool,
    coverage: bool,
    own_events: bool,
    as_json: bool,
) -> int:
    """Decode a file for people; a damaged one as far as it goes, then where and why not.

    Bytes of a target that declares no format are shown as they are.

    With --coverage the source instead, run on its own events and on events made for it, and
    at each criterion which outcomes were reached: true, false; `miss` for one that was not,
    `never` for none of them, `-` for one that cannot be; for a pattern how many of its
    instructions were executed.

    Exit status of --coverage: 0 nothing to do; 1 something that could be reached was not,
    a criterion is written so that it can never be true, or the core died or does what is
    proven impossible; 2 the file could not be run.
    """
    from groundstop.files import read_input
    from groundstop.findings import find_target
    from groundstop.target import brief, is_source

    if coverage and full:
        raise click.UsageError("--full shows the decoded file: leave out --coverage")
    if not coverage and (release or own_events or as_json):
        raise click.UsageError("--release, --own-events and --json go with --coverage")
    project = find_project()
    target = find_target(project, file, target_name)
    if not coverage:
        content = target.content
        data = content.testcase(file) if is_source(content, file) else read_input(file)
        say_text(content.show(data) if full else brief(content, data))
        return 0
    from groundstop.cli._content_view import print_coverage
    from groundstop.report import content_coverage

    found = content_coverage(
        target,
        file,
        project,
        release=release or target.core.fleet[-1],
        synthesize=not own_events,
    )
    if as_json:
        say_document(found.as_json())
    else:
        print_coverage(found, project)
    return 0 if found.complete else 1
