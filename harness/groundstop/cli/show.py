# SPDX-License-Identifier: Apache-2.0
"""`groundstop show`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._options import content_of, target_option
from groundstop.config import find_project


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@target_option
def command(file: Path, target_name: str | None) -> None:
    """Decode a file for people; a damaged one as far as it goes, then where and why not."""
    from groundstop.files import read_input

    project = find_project()
    _, content = content_of(project, target_name, file)
    text = file.suffix in content.suffixes
    click.echo(content.show(content.testcase(file) if text else read_input(file)))
