# SPDX-License-Identifier: Apache-2.0
"""What lies beside a harness by the names that OSS-Fuzz gave it: words, seeds, options."""

from __future__ import annotations

import configparser
import logging
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.files import (
    MAX_INPUT,
    make_folder,
    read_input,
    read_text,
    unit_name,
    write_atomically,
)

__all__ = ["Beside", "beside", "take_seeds"]

# Bytes of all seeds of an archive.
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Beside:
    """The files of a harness: `dictionary`, `seeds` (a folder or a zip), options of libFuzzer's."""

    dictionary: Path | None
    seeds: Path | None
    options: dict[str, str]


def beside(path: Path) -> Beside:
    """Return what lies beside the harness at `path`; raise InputError for what is malformed.

    `x.dict`, `x.options` (its section `libfuzzer`), `x_seed_corpus.zip` or a folder
    `x_seed_corpus`.
    """
    stem = path.with_name(path.name.partition(".")[0])
    options = _options(stem.with_name(f"{stem.name}.options"))
    named = options.pop("dict", "")
    words = stem.parent / named if named else stem.with_name(f"{stem.name}.dict")
    if named and not words.is_file():
        raise InputError(f"{words}: no such file, {stem.name}.options names it as its dictionary")
    archive, folder = (stem.with_name(f"{stem.name}_seed_corpus{end}") for end in (".zip", ""))
    seeds = archive if archive.is_file() else folder if folder.is_dir() else None
    return Beside(words if words.is_file() else None, seeds, options)


def take_seeds(seeds: Path, project: Project, name: str) -> int:
    """Put the files of a folder or a zip among the seeds of the target `name`.

    Returns how many are new.  Raises InputError for what cannot be read.
    """
    place = project.corpus_of(name) / "seeds"
    make_folder(place)
    there = {unit_name(path.read_bytes()) for path in place.iterdir() if path.is_file()}
    before = len(there)
    for content in _zipped(seeds) if seeds.is_file() else _in_folder(seeds):
        name = unit_name(content)
        if content and name not in there:
            # Names in an archive may be anything, and are those of several folders.
            write_atomically(place / name, content)
            there.add(name)
    return len(there) - before


def _options(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(read_text(path))
    except configparser.Error as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    others = [name for name in parser.sections() if name != "libfuzzer"]
    if others:
        words = "%s: [%s] is not taken over, only [libfuzzer] is"
        logging.getLogger("groundstop").warning(words, path, "], [".join(others))
    return dict(parser["libfuzzer"]) if parser.has_section("libfuzzer") else {}


def _in_folder(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in parts):
            yield read_input(path)


def _zipped(archive: Path) -> Iterator[bytes]:
    left = _MOST_BYTES
    try:
        with zipfile.ZipFile(archive) as file:
            for member in (member for member in file.infolist() if not member.is_dir()):
                # Its header may lie about how large it is.
                with file.open(member) as stream:
                    content = stream.read(MAX_INPUT + 1)
                left -= len(content)
                if len(content) > MAX_INPUT or left < 0:
                    raise InputError(f"{archive}: {member.filename!r} is too large for a seed")
                yield content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{archive}: cannot be unpacked: {error}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{archive}: cannot be read: {error}") from error
