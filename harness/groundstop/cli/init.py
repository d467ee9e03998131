# SPDX-License-Identifier: Apache-2.0
"""`groundstop init`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.argument("name", required=False)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path(path_type=Path))
def command(name: str | None, sources: tuple[Path, ...]) -> None:
    """Write a minimal project that fuzzes at once, here, around a target called NAME.

    NAME is by default made from the folder's.  SOURCE is a C or C++ file of your
    interpreter, without its main(); without any, a toy comes along to put yours in the
    place of.  Files that are here already are added to (pyproject.toml, Makefile,
    .gitignore) or left alone; nothing is replaced.
    """
    from groundstop.scaffold import Scaffold, target_name

    here = Path.cwd()
    chosen = name or target_name(here.name)
    for written in Scaffold(here, chosen, sources).write():
        click.echo(f"{written.what:<12}{written.path}")
    entry, target = f"fuzz/{chosen}_entry.c", f"fuzz/{chosen}.py"
    if sources:
        click.echo(f"\nNow call your interpreter in {entry}, then `make fuzz`.")
        click.echo(f"Then declare its format in {target}.")
    else:
        click.echo(
            f"\nNow `make fuzz`. Then put your interpreter into {entry} and its format "
            f"into {target}."
        )
