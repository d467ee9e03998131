# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.model import Release, Sanitizer

if TYPE_CHECKING:
    # Importing targets takes longer than --help may.
    from groundstop.target import ContentToolchain, Target

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


def target_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--target NAME`, by default found from the file."""
    decorate = click.option(
        "--target",
        "target_name",
        metavar="NAME",
        default=None,
        help="The target (default: found from the file).",
    )
    return decorate(function)


def content_of(
    project: Project, target_name: str | None, path: Path
) -> tuple[Target, ContentToolchain]:
    """Return the target that `path` belongs to, and its content toolchain.

    A file under corpus/<target>/ or .groundstop/findings/<target>/ belongs to that target;
    any other to the one target that has a content toolchain for it.  Raises TargetError
    when that is none or several.
    """
    from groundstop.findings import find_target

    target = find_target(project, path, target_name)
    if target.content is None:
        raise TargetError(
            f"target {target.name} brings no content toolchain: declare Target(content=…) "
            "to compile, show and gate its content"
        )
    return target, target.content


def chosen_target(project: Project, name: str | None) -> str:
    """Return `name`, or without one the project's default target; raise TargetError."""
    chosen = name or project.default
    if chosen is None:
        known = ", ".join(project.targets)
        why = f"this project has {known}, and no default" if known else "this project has none"
        raise TargetError(f"name a target: {why} (default = … in [tool.groundstop])")
    return chosen
