# SPDX-License-Identifier: Apache-2.0
"""A TOML document whose every part knows its place, so that each complaint has one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from groundstop.errors import InputError, SourceError, SourceLocation
from groundstop.excerpt import excerpt
from groundstop.files import read_input
from groundstop.targets.channel.source.locate import Path, Place, Span, dotted, places
from groundstop.targets.channel.source.mistakes import FollowsError, Mistakes
from groundstop.targets.channel.source.scan import MAX_SOURCE, Flaw
from groundstop.targets.channel.source.syntax import parse
from groundstop.words import near, nearest

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Document", "Table", "quoted", "read_document", "words"]

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class _UnreadableError(InputError, SourceError):
    """The user's file cannot be read; to a source that names it, a mistake in that source."""


class Document:
    """One text source: its values, and lazily the places where they are.

    What is wrong with its text is in `mistakes` already.  `lost` are keys that may be there,
    but could not be read; "*" stands for any.
    """

    def __init__(self, path: pathlib.Path, text: str, mistakes: Mistakes) -> None:
        parsed = parse(text)
        self.path = path
        self.mistakes = mistakes
        self.lost = parsed.lost
        self.root = Table(self, (), parsed.values)
        self._text = text
        self._readable = parsed.text
        for flaw in parsed.flaws:
            mistakes.note(self._flawed(flaw))

    @cached_property
    def _places(self) -> dict[Path, Place]:
        return places(self._readable)

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    @property
    def text(self) -> str:
        """The text as the file has it."""
        return self._text

    def where(self, at: Path, *, key: bool = False) -> SourceLocation:
        """Return the place of a value (or of its key), or of the nearest thing around it."""
        span = self._span(at, key=key)
        if span is None:
            return SourceLocation(self.path, 1, dotted(at))
        return SourceLocation(self.path, span.line, dotted(at), self._column(span.line, span.start))

    def error(self, message: str, at: Path, *, key: bool = False) -> SourceError:
        """Return (for raising) the complaint about what is at `at`, or about its key."""
        where = self.where(at, key=key)
        span = self._span(at, key=key)
        if span is None:
            return SourceError(message, where)
        line = self._lines[span.line - 1].rstrip("\r")
        end = self._column(span.line, span.end) if span.end_line == span.line else len(line) + 1
        return SourceError(message, where, excerpt(line, span.line, where.column, end))

    def _span(self, at: Path, *, key: bool) -> Span | None:
        for length in range(len(at), 0, -1):
            if place := self._places.get(at[:length]):
                # Of what is not there itself, the key of what it should be in.
                return place.key if key or length < len(at) else place.value
        return None

    def _column(self, line: int, offset: int) -> int:
        """Turn bytes of a line into a 1-based column."""
        return len(self._lines[line - 1].encode()[:offset].decode(errors="replace")) + 1

    def _flawed(self, flaw: Flaw) -> SourceError:
        line = self._text.count("\n", 0, flaw.start) + 1
        begins = self._text.rfind("\n", 0, flaw.start) + 1
        column = flaw.start - begins + 1
        text = self._lines[line - 1].rstrip("\r")
        shown = excerpt(text, line, column, column + flaw.end - flaw.start)
        return SourceError(flaw.message, SourceLocation(self.path, line, column=column), shown)


def read_document(path: pathlib.Path, mistakes: Mistakes) -> Document:
    """Read a TOML file; note what is wrong with its text.

    Raises SourceError if it is no text at all, and an InputError that is a SourceError too,
    without a line, if it cannot be read.
    """
    data = _read(path)
    if data and not any(data):
        message = f"all {len(data):,} bytes are zero, as after a write that never reached the disk"
        raise SourceError(f"{message}: take the file from where it was made", _whole(path))
    if not data.strip():
        raise SourceError("is empty", _whole(path))
    if len(data) > MAX_SOURCE:
        message = f"{len(data):,} bytes: a source has at most {MAX_SOURCE:,}"
        raise SourceError(message, _whole(path))
    if data.startswith(_UTF_16):
        raise SourceError("is UTF-16: save it as UTF-8 without BOM", _whole(path))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _not_utf_8(path, data, error.start) from None
    return Document(path, text, mistakes)


def _whole(path: pathlib.Path) -> SourceLocation:
    return SourceLocation(path, 1)


def _not_utf_8(path: pathlib.Path, data: bytes, at: int) -> SourceError:
    number = data.count(b"\n", 0, at) + 1
    begins, ends = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    column = len(data[begins:at].decode()) + 1
    line = data[begins : ends if ends >= 0 else len(data)].decode(errors="replace")
    return SourceError(
        f"not UTF-8 (byte {data[at]:#04x}): save it as UTF-8, "
        'and write other bytes as { hex = "..." }',
        SourceLocation(path, number, column=column),
        excerpt(line, number, column),
    )


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

    @property
    def mistakes(self) -> Mistakes:
        """What is wrong with the document so far."""
        return self.document.mistakes

    def error(self, message: str, key: str = "") -> SourceError:
        """Return (for raising) a complaint about the table or about the value of a key."""
        return self.document.error(message, (*self.at, key) if key else self.at)

    def key_error(self, message: str, key: str) -> SourceError:
        """Return (for raising) a complaint about one of the table's keys itself."""
        return self.document.error(message, (*self.at, key), key=True)

    def close(self, known: Iterable[str]) -> None:
        """Note every key that is not among `known`."""
        known = list(known)
        for key in self.values:
            if key not in known:
                message = f"unknown key {quoted(key)} ({near(key, known)})"
                self.mistakes.note(self.key_error(message, key))

    def require(self, key: str) -> Any:  # noqa: ANN401 - a TOML value of any type
        """Return a value that must be there."""
        if key not in self.values:
            # Where it is misspelled, that is told.
            if self.document.lost & {key, "*"} or nearest(key, self.values):
                raise FollowsError
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

    def choice(self, key: str, known: Iterable[str]) -> str:
        """Return a required string that is one of `known`."""
        value, known = self.string(key), list(known)
        if value not in known:
            meant = nearest(value, known)
            hint = f" (did you mean {meant}?)" if meant else ""
            raise self.error(f"{key} must be one of {', '.join(known)}{hint}", key)
        return value

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
            with self.mistakes.noting():
                message = f"{key} must be an array of tables, not {words(value)}: write [[{key}]]"
                raise self.error(message, key)
            return
        for index, element in enumerate(value):
            at = (*self.at, key, index)
            if isinstance(element, dict):
                yield Table(self.document, at, element)
            else:
                message = f"must be a table, not {words(element)}"
                self.mistakes.note(self.document.error(message, at))


def quoted(key: str) -> str:
    """Return what an author wrote as a message shows it: in quotes, the beginning if it is long."""
    return repr(key) if len(key) <= 64 else f"{key[:64]!r}…"  # noqa: PLR2004 - a line's half
