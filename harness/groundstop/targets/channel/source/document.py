# SPDX-License-Identifier: Apache-2.0
"""A TOML document whose every part knows its place, so that each complaint has one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

from groundstop.errors import InputError, SourceError, SourceLocation
from groundstop.files import read_input
from groundstop.targets.channel.source.locate import Path, dotted, line_numbers

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Document", "Table", "read_document", "words"]


class _UnreadableError(InputError, SourceError):
    """The user's file cannot be read; to a source that names it, a mistake in that source."""


class Document:
    """One text source: its values, and lazily the lines they are on."""

    def __init__(self, path: pathlib.Path, text: str, values: dict[str, Any]) -> None:
        self.path = path
        self.text = text
        self.root = Table(self, (), values)

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return line_numbers(self.text)

    def where(self, at: Path) -> SourceLocation:
        """Return the place of a key, or of the nearest thing around it."""
        for length in range(len(at), 0, -1):
            if line := self._lines.get(at[:length]):
                return SourceLocation(self.path, line, dotted(at))
        return SourceLocation(self.path, 1, dotted(at))

    def error(self, message: str, at: Path) -> SourceError:
        """Return (for raising) the complaint about what is at `at`."""
        return SourceError(message, self.where(at))


def read_document(path: pathlib.Path) -> Document:
    """Read a TOML file.

    Raises SourceError with the line if it is not UTF-8 or not TOML, and an InputError that
    is a SourceError too, without a line, if it cannot be read.
    """
    data = _read(path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"not UTF-8 (byte {data[error.start]:#04x}): save it as UTF-8, "
            'and write other bytes as { hex = "..." }',
            SourceLocation(path, line),
        ) from None
    try:
        return Document(path, text, tomllib.loads(text))
    except RecursionError:
        raise SourceError("not TOML: nested too deep", SourceLocation(path, 1)) from None
    except ValueError as error:  # beside TOMLDecodeError: numbers of thousands of digits
        found = re.search(r"\(at line (\d+),", str(error))
        line = int(found[1]) if found else 1
        if str(error).endswith("(at end of document)"):
            line = max(1, len(text.splitlines()))
        raise SourceError(f"not TOML: {error}", SourceLocation(path, line)) from None


def _read(path: pathlib.Path) -> bytes:
    try:
        return read_input(path)
    except InputError as error:
        message = str(error).removeprefix(f"{path}: ")
        raise _UnreadableError(message, SourceLocation(path, 0)) from error


def words(value: object) -> str:
    """Name a value's type as a TOML author would."""
    names: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a float"),
        (str, "a string"),
        (list, "an array"),
        (dict, "a table"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "a date or time")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a document, with typed access; every wrong type is a SourceError."""

    document: Document
    at: Path
    values: Mapping[str, Any]

    def error(self, message: str, key: str = "") -> SourceError:
        """Return (for raising) a complaint about the table or about one of its keys."""
        return self.document.error(message, (*self.at, key) if key else self.at)

    def close(self, known: Iterable[str]) -> None:
        """Refuse every key that is not among `known`."""
        known = list(known)
        for key in self.values:
            if key not in known:
                close = get_close_matches(key, known, 1)
                hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
                raise self.error(f"unknown key {key!r} ({hint})", key)

    def require(self, key: str) -> Any:  # noqa: ANN401 - a TOML value of any type
        """Return a value that must be there."""
        if key not in self.values:
            raise self.error(f"{key} is missing")
        return self.values[key]

    def string(self, key: str) -> str:
        """Return a required string."""
        value = self.require(key)
        if not isinstance(value, str):
            raise self.error(f"{key} must be a string, not {words(value)}", key)
        return value

    def name(self, key: str = "name") -> bytes:
        """Return a required name: 1 to 255 bytes of UTF-8."""
        name = self.string(key).encode()
        if not 1 <= len(name) <= 255:  # noqa: PLR2004 - the format's u8
            raise self.error(f"{key} must be 1 to 255 bytes long, not {len(name)}", key)
        return name

    def integer(self, key: str, low: int, bits: int) -> int:
        """Return a required integer from `low` to the highest of `bits` bits."""
        value = self.require(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"{key} must be an integer, not {words(value)}", key)
        high = (1 << bits) - 1
        if not low <= value <= high:
            raise self.error(f"{key} must be {low} to {high}, not {value}", key)
        return value

    def table(self, key: str) -> Table:
        """Return a table; an empty one when the key is not there."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} must be a table, not {words(value)}", key)
        return Table(self.document, (*self.at, key), value)

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of an array of tables; nothing when the key is not there."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(f"{key} must be an array of tables, not {words(value)}", key)
        for index, element in enumerate(value):
            at = (*self.at, key, index)
            if not isinstance(element, dict):
                raise self.document.error(f"must be a table, not {words(element)}", at)
            yield Table(self.document, at, element)
