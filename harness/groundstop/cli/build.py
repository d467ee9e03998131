# SPDX-License-Identifier: Apache-2.0
"""`groundstop build`."""

from __future__ import annotations

import click

from groundstop.cli._lines import say, say_document
from groundstop.cli._options import chosen_target, release_option, sanitizer_option, target_argument
from groundstop.config import find_project
from groundstop.model import Release, Sanitizer, Variant


@click.command("build")
@target_argument
@release_option("One release (default: the whole fleet).")
@sanitizer_option("One sanitizer (default: all of them).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    target_name: str | None, release: Release | None, sanitizer: Sanitizer | None, *, as_json: bool
) -> None:
    """Compile the core of TARGET in some or all of its variants."""
    from groundstop.target import build_variants, load_target

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    releases = (release,) if release else target.core.fleet
    sanitizers = (sanitizer,) if sanitizer else target.core.sanitizers
    wanted = [Variant(r, s) for r in releases for s in sanitizers]
    built = build_variants(target, wanted, project)
    if as_json:
        rows = [{"variant": str(b.variant), "library": str(b.library)} for b in built]
        say_document(rows)
        return
    for each in built:
        say(f"{each.variant!s:24} {project.relative(each.library)}")
