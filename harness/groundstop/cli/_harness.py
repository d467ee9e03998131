# SPDX-License-Identifier: Apache-2.0
"""The options of `groundstop fuzz` for a libFuzzer harness that is no declared target."""

from __future__ import annotations

import contextlib
import functools
import glob
import logging
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.config import folder_project
from groundstop.errors import BuildError, ConfigError, CoreError, InputError, TargetError
from groundstop.files import read_input

if TYPE_CHECKING:
    # Importing targets takes longer than --help may.
    from groundstop.target import Harness

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_FILE = click.Path(path_type=Path, resolve_path=True)
# Words that name a path, which follows at once or is the next word.
_PATH_FLAG = re.compile(r"(-I|-L|-B|-F|-isystem|-iquote|-idirafter|-include|-imacros|-T)(.*)")
_LINKER_PARTS = re.compile(r"([,=])")
_IS_HARNESS = re.compile(rb"\bLLVMFuzzerTestOneInput\s*\(")
# Options of libFuzzer's that the command has itself: the parameter, and what it takes.
_NAMED: dict[str, tuple[str, Callable[[str], object]]] = {
    "timeout": ("timeout", float),
    "max_len": ("max_len", int),
    "rss_limit_mb": ("rss_limit", int),
}
_GO_WITH = "--sources, --include, --cflags and their like go with --harness"

_OPTIONS = (
    click.option("--harness", "file", type=_FILE, help="A file with LLVMFuzzerTestOneInput."),
    click.option(
        "--sources",
        multiple=True,
        help="Compile or link this with the harness: a file, a folder, or a pattern.",
    ),
    click.option("--include", type=_FILE, multiple=True, help="A folder with headers."),
    click.option("--cflags", default="", help="Flags for the compiler, as in a shell."),
    click.option("--cxxflags", help="Flags for C++ files, where they are not those of C."),
    click.option("--ldflags", default="", help="Flags for the linker, as in a shell."),
    click.option(
        "--compile-commands",
        "commands",
        type=_FILE,
        help="A compile_commands.json, or its folder: more flags for each file.",
    ),
    click.option("--seeds", type=_FILE, help="A folder or a zip of seeds to start from."),
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
        sources: tuple[str, ...],
        include: tuple[Path, ...],
        cflags: str,
        cxxflags: str | None,
        ldflags: str,
        commands: Path | None,
        seeds: Path | None,
        **others: Any,  # noqa: ANN401  (the command's own)
    ) -> object:
        flags = tuple(word for word in words if word.startswith("-"))
        names = [word for word in words if not word.startswith("-")]
        if file is not None and all(Path(name).exists() for name in names):
            # A shell made several words of a pattern: --sources src/*.c
            sources, names = (*sources, *names), []
        name, *more = names or [""]
        if more:
            raise click.UsageError(f"one target at a time, and not {shlex.join(more)}")
        if bool(name) == (file is not None):
            raise click.UsageError("name a target or a property, or give --harness FILE")
        if file is None:
            if sources or include or cflags or cxxflags or ldflags or commands or seeds:
                raise click.UsageError(_GO_WITH)
            return function(name=name, **_with_beside(name, None, {**others, "flags": flags}))

        from groundstop.target import Harness

        harness = Harness(
            file,
            _sources(sources, file),
            include,
            cflags=_words(cflags),
            cxxflags=None if cxxflags is None else _words(cxxflags),
            ldflags=_words(ldflags),
            commands=commands,
        )
        with _kept(harness) as kept:
            return function(name=kept, **_with_beside(kept, seeds, {**others, "flags": flags}))

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


def _with_beside(name: str, seeds: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    """Return a campaign's options, with those that lie beside the harness where none is given.

    Its seeds are taken over.  A name that is no harness's changes nothing.
    """
    from groundstop.campaign import is_passed_on
    from groundstop.target import beside, harnesses, take_seeds

    try:
        project = folder_project()
        harness = harnesses(project).get(name)
    except ConfigError:
        # Whoever needs the project says what is wrong with it.
        return options
    if harness is None or name in project.targets:
        return options
    found = beside(harness.path)
    for place in filter(None, (seeds, found.seeds)):
        take_seeds(place, project, name)
    passed = []
    for option, value in found.options.items():
        if option not in _NAMED:
            if is_passed_on(option):
                passed.append(f"-{option}={value}")
            else:
                # OSS-Fuzz sets it for its own fuzzers: close_fd_mask, detect_leaks.
                words = "%s: %s of its .options file is not taken over: a campaign sets it itself"
                logging.getLogger("groundstop").warning(words, harness.path.name, option)
            continue
        parameter, kind = _NAMED[option]
        if options[parameter] is None:
            try:
                options[parameter] = kind(value)
            except ValueError as error:
                words = f"{harness.path.name}: its .options file says {option} = {value}: no number"
                raise InputError(words) from error
    # Ours come last: the last one of a name counts.
    options["flags"] = (*passed, *options["flags"])
    options["dictionary"] = options["dictionary"] or found.dictionary
    return options


def _sources(words: tuple[str, ...], harness: Path) -> tuple[Path, ...]:
    """Return the files that are meant: of folders and patterns no other harness.

    Of a folder it is what is C or C++ in it.
    """
    found: dict[Path, None] = {}
    for word in words:
        path = Path(word).absolute()
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if _is_source(each))
            found.update(dict.fromkeys(each for each in inside if _is_part(each, path)))
        elif path.exists() or not glob.has_magic(word):
            found[path.resolve()] = None
        else:
            names = sorted(glob.glob(word, recursive=True))  # noqa: PTH207  (as a shell has it)
            if not names:
                raise click.UsageError(f"--sources {word}: there is no such file")
            matching = [Path(name).resolve() for name in names]
            found.update(dict.fromkeys(each for each in matching if not _is_harness(each)))
    found.pop(harness, None)
    return tuple(found)


def _is_part(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden and not _is_harness(path)


def _is_harness(path: Path) -> bool:
    return _is_source(path) and _IS_HARNESS.search(read_input(path)) is not None


def _is_source(path: Path) -> bool:
    from groundstop.toolchain import CPLUSPLUS

    return path.suffix in {".c", *CPLUSPLUS}


def _words(flags: str) -> tuple[str, ...]:
    """Split as a shell does; paths are made absolute, because the compiler runs elsewhere."""
    try:
        words = shlex.split(flags)
    except ValueError as error:
        raise click.UsageError(f"{flags}: {error}") from error
    made: list[str] = []
    for word in words:
        before = _PATH_FLAG.fullmatch(made[-1]) if made else None
        found = _PATH_FLAG.fullmatch(word)
        if before and not before[2]:
            made.append(_absolute(word))
        elif found and found[2]:
            made.append(found[1] + _absolute(found[2]))
        elif word.startswith("-Wl,"):
            parts = _LINKER_PARTS.split(word)
            made.append("".join(_absolute(part) if Path(part).exists() else part for part in parts))
        elif word.startswith("@"):
            made.append(f"@{_absolute(word[1:])}")
        else:
            is_file = not word.startswith("-") and Path(word).is_file()
            made.append(_absolute(word) if is_file else word)
    return tuple(made)


def _absolute(word: str) -> str:
    # `-I=DIR` is below the sysroot.
    return word if word.startswith("=") else str(Path(word).absolute())
