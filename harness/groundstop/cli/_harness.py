# SPDX-License-Identifier: Apache-2.0
"""The options of `groundstop fuzz` for a libFuzzer harness that is no declared target."""

from __future__ import annotations

import contextlib
import functools
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.config import folder_project
from groundstop.errors import BuildError, CoreError, TargetError

if TYPE_CHECKING:
    # Importing targets takes longer than --help may.
    from groundstop.target import Harness

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_FILE = click.Path(path_type=Path, resolve_path=True)
# Words that name a folder, behind which it follows at once.
_FOLDER_FLAG = re.compile(r"(-I|-isystem|-iquote|-L)(?=[^/-])(.+)")

_OPTIONS = (
    click.option("--harness", "file", type=_FILE, help="A file with LLVMFuzzerTestOneInput."),
    click.option("--sources", type=_FILE, multiple=True, help="Compile this with the harness."),
    click.option("--include", type=_FILE, multiple=True, help="A folder with headers."),
    click.option("--cflags", default="", help="Flags for the compiler, as in a shell."),
    click.option("--ldflags", default="", help="Flags for the linker, as in a shell."),
)


def harness_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--harness FILE` and its like: the command gets `name` from them, or from its arguments.

    It also gets `flags`, the arguments that begin with a dash.
    """

    @functools.wraps(function)
    def command(  # noqa: PLR0913  (one parameter for each option)
        *,
        words: tuple[str, ...],
        file: Path | None,
        sources: tuple[Path, ...],
        include: tuple[Path, ...],
        cflags: str,
        ldflags: str,
        **others: object,
    ) -> object:
        flags = tuple(word for word in words if word.startswith("-"))
        name, *more = [word for word in words if not word.startswith("-")] or [None]
        if more:
            raise click.UsageError(f"one target at a time, and not {shlex.join(map(str, more))}")
        if (name is None) == (file is None):
            raise click.UsageError("name a target or a property, or give --harness FILE")
        if file is not None:
            from groundstop.target import Harness

            harness = Harness(file, sources, include, _words(cflags), _words(ldflags))
            with _kept(harness) as kept:
                return function(name=kept, flags=flags, **others)
        if sources or include or cflags or ldflags:
            raise click.UsageError("--sources, --include, --cflags and --ldflags go with --harness")
        return function(name=name, flags=flags, **others)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextlib.contextmanager
def _kept(harness: Harness) -> Iterator[str]:
    """Yield the name of a harness, and forget a new one that turns out to be none."""
    from groundstop.target import forget_harness, keep_harness, list_targets

    project = folder_project()
    before = list_targets(project)
    name = keep_harness(project, harness, before)
    try:
        yield name
    except (BuildError, CoreError, TargetError):
        if name not in before:
            forget_harness(project, name)
        raise


def _words(flags: str) -> tuple[str, ...]:
    """Split as a shell does; folders are made absolute, because the compiler runs elsewhere."""
    try:
        words = shlex.split(flags)
    except ValueError as error:
        raise click.UsageError(f"{flags}: {error}") from error
    return tuple(_FOLDER_FLAG.sub(lambda m: f"{m[1]}{Path(m[2]).absolute()}", w) for w in words)
