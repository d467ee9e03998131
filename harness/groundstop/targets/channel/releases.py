# SPDX-License-Identifier: Apache-2.0
"""Releases of the channel interpreter: what each sensor build supplies, and its C table.

The files are `native/channel/releases/<name>.toml`.  Whether declared and supplied
counts agree is not judged here: the C compiler does that (release.c), and the
history patch `2024-07` needs a table on which they do not.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from groundstop.errors import TargetError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SuppliedInput", "SuppliedRelease", "SuppliedType", "generate_table", "load_release"]

_MAX_TYPES = 64  # CI_MAX_TYPES, ci.h
_MAX_INPUTS = 64  # CI_MAX_INPUTS, ci.h
_MAX_TYPE_ID = 2**32 - 1  # a u32 of the files
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_RELEASE_NAME = re.compile(r"[0-9A-Za-z_.+-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SuppliedInput:
    """One input that the sensor's code collects, `kind` as in ci.h's enum ci_kind."""

    name: str
    kind: Literal["bytes", "integer"]


@dataclass(frozen=True, slots=True)
class SuppliedType:
    """One template type of a release.

    `declared` is the number of inputs that the definition promises to authors, `inputs`
    what the code supplies.  On a sound release `declared == len(inputs)`.
    """

    type_id: int
    name: str
    declared: int
    inputs: tuple[SuppliedInput, ...]


@dataclass(frozen=True, slots=True)
class SuppliedRelease:
    """One build of the sensor; `types` with ascending type_id."""

    name: str
    types: tuple[SuppliedType, ...]

    def find_type(self, type_id: int) -> SuppliedType | None:
        """Return the type with this id, or None where the release does not have it."""
        return next((known for known in self.types if known.type_id == type_id), None)


def load_release(path: Path) -> SuppliedRelease:
    """Read a releases/<name>.toml; TargetError names the file and the field at fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{path}: cannot be read: {error}") from error
    reader = _Reader(path)
    table = reader.table(document, "", {"name", "type"})
    name = reader.text(table["name"], "name", _RELEASE_NAME)
    if path.stem != name:
        raise reader.error("name", f"is {name!r}, but the file is called {path.name}")
    tables = reader.array(table["type"], "type", _MAX_TYPES)
    types = tuple(_read_type(reader, value, f"type[{i}]") for i, value in enumerate(tables))
    for i, (before, after) in enumerate(itertools.pairwise(types), start=1):
        if after.type_id <= before.type_id:
            raise reader.error(f"type[{i}].id", f"must be over {before.type_id}, the one before")
    return SuppliedRelease(name, types)


def generate_table(tree: Path, name: str) -> dict[str, str]:
    """Return the C table of release `name`, for a tree that holds native/channel.

    The result maps file names, relative to the tree, to their text: for a toolchain
    recipe's `generate`.  release.c says what the macros mean, and checks them.
    """
    release = load_release(tree / "releases" / f"{name}.toml")
    types = [
        f'TYPE({supplied.type_id}, "{supplied.name}", {supplied.declared})'
        for supplied in release.types
    ]
    lines = [
        f"/* Generated from releases/{name}.toml; what it means: release.c. */",
        f'#define CI_RELEASE_NAME "{release.name}"',
        *_macro("CI_RELEASE_TYPES(TYPE)", types),
    ]
    for supplied in release.types:
        inputs = [f'INPUT({entry.kind.upper()}, "{entry.name}")' for entry in supplied.inputs]
        lines += _macro(f"CI_INPUTS_{supplied.type_id}(INPUT)", inputs)
    return {"release_table.inc": "\n".join(lines) + "\n"}


def _macro(head: str, entries: list[str]) -> list[str]:
    return [f"#define {head} \\", *(f"\t{entry} \\" for entry in entries[:-1]), f"\t{entries[-1]}"]


def _read_type(reader: _Reader, value: object, field: str) -> SuppliedType:
    table = reader.table(value, field, {"id", "name", "declared", "inputs"})
    inputs = reader.array(table["inputs"], f"{field}.inputs", _MAX_INPUTS)
    supplied = SuppliedType(
        type_id=reader.number(table["id"], f"{field}.id", _MAX_TYPE_ID),
        name=reader.text(table["name"], f"{field}.name", _NAME),
        declared=reader.number(table["declared"], f"{field}.declared", _MAX_INPUTS),
        inputs=tuple(
            _read_input(reader, entry, f"{field}.inputs[{i}]") for i, entry in enumerate(inputs)
        ),
    )
    names = [entry.name for entry in supplied.inputs]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise reader.error(f"{field}.inputs[{i}].name", f"{name!r} is there twice")
    return supplied


def _read_input(reader: _Reader, value: object, field: str) -> SuppliedInput:
    table = reader.table(value, field, {"name", "kind"})
    name = reader.text(table["name"], f"{field}.name", _NAME)
    match table["kind"]:
        case "bytes":
            return SuppliedInput(name, "bytes")
        case "integer":
            return SuppliedInput(name, "integer")
    raise reader.error(f"{field}.kind", 'must be "bytes" or "integer"')


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values of a TOML document for what they should be, or raises."""

    path: Path

    def error(self, field: str, message: str) -> TargetError:
        return TargetError(
            f"{self.path}: {field}: {message}" if field else f"{self.path}: {message}"
        )

    def table(self, value: object, field: str, keys: set[str]) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.error(field, "must be a table")
        for key in sorted(keys - value.keys()):
            raise self.error(field, f"{key} is missing")
        for key in sorted(value.keys() - keys):
            raise self.error(field, f"{key} is unknown (known: {', '.join(sorted(keys))})")
        return value

    def array(self, value: object, field: str, limit: int) -> list[object]:
        if not isinstance(value, list) or not 1 <= len(value) <= limit:
            raise self.error(field, f"must be an array of 1 to {limit}")
        return value

    def text(self, value: object, field: str, form: re.Pattern[str]) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.error(field, f"must be a text of the form {form.pattern}")
        return value

    def number(self, value: object, field: str, limit: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
            raise self.error(field, f"must be a number from 1 to {limit}")
        return value
