# SPDX-License-Identifier: Apache-2.0
"""The flags that a project's own build has for a file: compile_commands.json."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from groundstop.errors import InputError, TargetError
from groundstop.files import read_input

__all__ = ["commands_file", "flags_of_files"]

# What says where something is read from or written to, or is the campaign's own to choose.
_DROPPED = re.compile(
    r"-c|-S|-E|-M[DMPG]*|-pipe|-O\w*|-g\w*|-s|-W.*|-fsanitize.*|-fno-sanitize.*|-flto.*|-fPI[CE]|"
    r"-fpi[ce]|-fno-pi[ce]|-fno-PI[CE]|-pie|-fprofile.*|--?coverage|-ftest-coverage"
)
_DROPPED_WITH_VALUE = {"-o", "-MF", "-MT", "-MQ", "-x", "-arch"}
_WITH_VALUE = {"-D", "-U", "-Xclang", "-target"}
_PATHS = ("-isystem", "-iquote", "-idirafter", "-include", "-imacros", "--sysroot", "-I", "-F")


def commands_file(path: Path) -> Path:
    """Return the file that is meant: itself, or the one in a folder; raise TargetError."""
    file = path / "compile_commands.json" if path.is_dir() else path
    if not file.is_file():
        raise TargetError(
            f"{file}: no such file (cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, or bear)"
        )
    return file


def flags_of_files(database: Path, files: Iterable[Path]) -> dict[Path, tuple[str, ...]]:
    """Return the flags of each of `files` that `database` has; raise TargetError or InputError.

    Left out are outputs, optimization, warnings and sanitizers.
    """
    wanted = {path.resolve(): path for path in files}
    found: dict[Path, tuple[str, ...]] = {}
    try:
        document = json.loads(read_input(database))
        for entry in document:
            folder = database.parent / _text(entry, "directory")
            file = (folder / _text(entry, "file")).resolve()
            if file in wanted and wanted[file] not in found:
                arguments = entry.get("arguments") or shlex.split(_text(entry, "command"))
                words = [str(word) for word in arguments]
                found[wanted[file]] = tuple(_kept(words[1:], folder, file))
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TargetError(f"{database}: no compilation database: {error}") from error
    return found


def _text(entry: dict[str, Any], key: str) -> str:
    return str(entry[key])


def _kept(words: Sequence[str], folder: Path, file: Path) -> Iterable[str]:
    """Yield the words that count, with paths that no longer depend on the folder."""
    left = iter(words)
    for word in left:
        if word in _DROPPED_WITH_VALUE:
            next(left, None)
        elif word in _WITH_VALUE:
            yield word
            yield next(left, "")
        elif word in _PATHS:
            yield word
            yield str(folder / next(left, ""))
        elif flag := next((each for each in _PATHS if word.startswith(each)), None):
            value = word.removeprefix(flag)
            equals = "=" if value.startswith("=") else ""
            yield f"{flag}{equals}{folder / value.removeprefix(equals)}"
        elif _DROPPED.fullmatch(word) or (folder / word).resolve() == file:
            continue
        elif word.startswith("-"):
            yield word
