# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from groundstop.cli._complete import complete_release, complete_target
from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.model import Release, Sanitizer

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class _ReleaseType(click.ParamType[Release]):
    name = "release"

    def convert(
        self, value: str | Release, param: click.Parameter | None, ctx: click.Context | None
    ) -> Release:
        if isinstance(value, Release):
            return value
        try:
            return Release.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return complete_release(ctx, param, incomplete)


release_type = _ReleaseType()


def release_option(text: str) -> _Decorator:
    """`--release NAME[@PATCH]`, as a Release or None."""
    return click.option(
        "--release", type=release_type, metavar="NAME[@PATCH]", default=None, help=text
    )


def sanitizer_option(text: str, default: Sanitizer | None = None) -> _Decorator:
    """`--sanitizer NAME`, as a Sanitizer or None."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Sanitizer | None:
        return Sanitizer(value) if value else default

    return click.option(
        "--sanitizer",
        type=click.Choice([s.value for s in Sanitizer]),
        callback=parse,
        default=None,
        help=text,
    )


def target_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """`[TARGET]`, by default the project's: see `chosen_target`."""
    decorate = click.argument(
        "target_name", metavar="[TARGET]", required=False, shell_complete=complete_target
    )
    return decorate(function)


def target_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--target NAME`, by default found from the file."""
    decorate = click.option(
        "--target",
        "target_name",
        metavar="NAME",
        default=None,
        shell_complete=complete_target,
        help="The target (default: found from the file).",
    )
    return decorate(function)


def chosen_target(project: Project, name: str | None) -> str:
    """Return `name`, else the project's default target, else its only harness.

    Raises TargetError.
    """
    chosen = name or project.default
    if chosen is None and not project.targets:
        from groundstop.target import harnesses

        fuzzed = list(harnesses(project))
        chosen = fuzzed[0] if len(fuzzed) == 1 else None
    if chosen is None:
        known = ", ".join(project.targets)
        why = f"this project has {known}, and no default" if known else "this project has none"
        raise TargetError(f"name a target: {why} (default = … in [tool.groundstop])")
    return chosen
