# SPDX-License-Identifier: Apache-2.0
"""`groundstop init`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Write a minimal project that fuzzes at once, here, around a target called NAME.

    NAME is by default made from the folder's. Files that are here already are added to
    (pyproject.toml, Makefile, .gitignore) or left alone; nothing is replaced.
    """
    from groundstop.scaffold import Scaffold, target_name

    here = Path.cwd()
    chosen = name or target_name(here.name)
    for written in Scaffold(here, chosen).write():
        click.echo(f"{written.what:<12}{written.path}")
    click.echo(
        f"\nNow `make fuzz`. Then put your interpreter into fuzz/{chosen}_entry.c and its format "
        f"into fuzz/{chosen}.py."
    )
