# SPDX-License-Identifier: Apache-2.0
"""`groundstop events`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import say_path, say_text
from groundstop.cli._options import release_option, target_option
from groundstop.config import find_project
from groundstop.model import Release


@click.command("events")
@click.argument("file", type=click.Path(path_type=Path))
@target_option
@release_option("The release that shall evaluate them (default: the newest).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="Write them here; what one source cannot hold goes beside it, numbered from 2.",
)
def command(
    file: Path, target_name: str | None, release: Release | None, output: Path | None
) -> None:
    """Make events that reach every criterion of FILE with both outcomes; print them as text.

    The text is a source of its own, which can be kept as a seed; its events can as well be
    moved into FILE.  What no event reaches stands in it as comments.
    """
    from groundstop.cli._content_view import unreachable_lines
    from groundstop.errors import InputError
    from groundstop.files import write_atomically
    from groundstop.findings import find_target
    from groundstop.model import Variant
    from groundstop.report import covering_toolchain
    from groundstop.target import build

    project = find_project()
    target = find_target(project, file, target_name)
    content = covering_toolchain(target)
    release = release or target.core.fleet[-1]
    elements = content.elements(file)
    made = content.synthesize(file, release, build(target, Variant(release), project).tree)
    if made is None:
        raise InputError(f"{file}: no events can be made for target {target.name}")
    missing = unreachable_lines(elements, made.unreachable, project)
    notes = [f"Not reached: {line}" for line, _ in missing]
    if not made.testcases:
        raise InputError("\n".join([f"{file}: no event reaches anything on {release}", *notes]))
    head = f"Made by groundstop events for {file.name} on {release}"
    texts = []
    for part, testcase in enumerate(made.testcases, start=1):
        which = f", part {part} of {len(made.testcases)}" if len(made.testcases) > 1 else ""
        remarks = notes if part == 1 else []
        texts.append(content.write_events(testcase, [f"{head}{which}.", *remarks]))
    if output is None:
        say_text("\n".join(texts))
        return
    for part, text in enumerate(texts, start=1):
        path = output if part == 1 else output.with_stem(f"{output.stem}-{part}")
        write_atomically(path, text.encode())
        say_path(str(path))
