# SPDX-License-Identifier: Apache-2.0
"""`groundstop compile`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import say
from groundstop.cli._options import target_option
from groundstop.config import find_project


@click.command("compile")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write."
)
@click.option("--part", default="", help="Compile only this part (default: what the source is).")
@target_option
def command(source: Path, output: Path, part: str, target_name: str | None) -> None:
    """Compile a text source to the binary that ships, the same bytes every time."""
    from groundstop.files import write_atomically
    from groundstop.findings import find_target
    from groundstop.words import counted, shell_line

    project = find_project()
    data = find_target(project, source, target_name).content.compile(source, part)
    write_atomically(output, data)
    say(f"{shell_line([str(output)])}: {counted(len(data), 'byte')}")
