# SPDX-License-Identifier: Apache-2.0
"""`groundstop init`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import print_hanging, say


@click.command("init")
@click.argument("name", required=False)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path(path_type=Path))
def command(name: str | None, sources: tuple[Path, ...]) -> None:
    """Write a minimal project that fuzzes at once, here, around a target called NAME.

    NAME is by default made from the folder's.  SOURCE is a C or C++ file of your
    interpreter, without its main(); without any, a toy comes along to put yours in the
    place of.  Files that are here already are added to (pyproject.toml, Makefile,
    .gitignore) or left alone; nothing is replaced.  In a project that is here already NAME
    becomes one more target of it.
    """
    from groundstop.console import make_console
    from groundstop.scaffold import Scaffold

    console = make_console()
    scaffold = Scaffold(Path.cwd(), name, sources)
    done = scaffold.write()
    for written in done:
        note = f" ({written.note})" if written.note else ""
        print_hanging(console, f"{written.what:<12}", f"{written.path}{note}")
    chosen = scaffold.name
    entry, target = scaffold.entry, f"fuzz/{chosen}.py"
    # A Makefile that was left alone has a `fuzz` of somebody else's.
    left = any(each.path == "Makefile" and each.what == "left alone" for each in done)
    fuzz = f"groundstop fuzz {chosen}" if left else "make fuzz"
    if sources:
        said = [
            f"Now call your interpreter in {entry}, then `{fuzz}`.",
            f"Then declare its format in {target}.",
        ]
    else:
        said = [
            f"Now `{fuzz}`. Then put your interpreter into {entry} and its format into {target}."
        ]
    if scaffold.implied:
        kept = f'default = "{scaffold.implied}" in [tool.groundstop]'
        said.append(f"Commands without a target's name took {scaffold.implied}: {kept} keeps that.")
    say()
    for line in said:
        print_hanging(console, "", line)
