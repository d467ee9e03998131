# SPDX-License-Identifier: Apache-2.0
"""Every mistake in the syntax of a TOML text, in words that say what to do.

Statements that are wrong are told and left out; what remains can be read, so that an author
gets the other mistakes at the same time.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from groundstop.targets.channel.source.scan import MAX_FLAWS, Flaw, Statement, scan

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parsed", "parse"]

_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY = re.compile(r"""\s*["']?([\w-]+)""")
_BARE_VALUE = re.compile(r"[^\s,\]}#]+")


@dataclass(slots=True)
class Parsed:
    """What a text says, as far as it can be read.

    `lost` are the keys of statements that could not be; all of them, "*", where a header is
    among these.  `text` is the text without them, everything else at its place.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)


# Every step of a gate reads the source and its templates anew: the same text, parsed once.
@functools.lru_cache(maxsize=4)
def parse(text: str) -> Parsed:
    """Read a text; never raises for what it contains.  Nobody changes what it returns."""
    scanned = scan(text)
    if scanned.fatal is not None:
        flaws = [flaw for statement in scanned.statements for flaw in statement.flaws]
        return Parsed("", flaws=[*flaws[: MAX_FLAWS - 1], scanned.fatal], lost={"*"})
    if not any(statement.flaws for statement in scanned.statements):
        try:
            return Parsed(text, tomllib.loads(text))
        except ValueError:
            pass
    return _recover(text, scanned.statements)


def _recover(text: str, statements: list[Statement]) -> Parsed:
    parsed = Parsed(text)
    kept: list[Statement] = []
    left_out: list[Statement] = []
    headless = False  # what stands below a header that is lost belongs to no table that is known
    for statement in statements:
        if not statement.flaws and len(parsed.flaws) < MAX_FLAWS:
            statement.flaws += _flaws(text, statement)
        parsed.flaws += statement.flaws[:1]
        headless = bool(statement.flaws) if statement.header else headless
        (left_out if statement.flaws or headless else kept).append(statement)
    _leave_out(parsed, left_out)
    _read(parsed, kept)
    return parsed


def _leave_out(parsed: Parsed, statements: list[Statement]) -> None:
    """Blank statements out; their lines stay lines."""
    text, pieces, at = parsed.text, [], 0
    for each in sorted(statements, key=lambda statement: statement.start):
        found = _KEY.match(text, each.start, each.end)
        parsed.lost.add("*" if each.header or not found else found[1])
        pieces += [text[at : each.start], re.sub(r"[^\r\n]", " ", text[each.start : each.end])]
        at = each.end
    parsed.text = "".join([*pieces, text[at:]])


def _read(parsed: Parsed, kept: list[Statement]) -> None:
    """Read what is left; what contradicts a statement before it is told and left out, too."""
    while len(parsed.flaws) < MAX_FLAWS:
        try:
            parsed.values = tomllib.loads(parsed.text)
        except ValueError as error:
            offset = _offset(parsed.text, str(error))
            guilty = next((each for each in reversed(kept) if each.start <= offset), None)
            if guilty is None:
                break
            written = parsed.text[guilty.start : guilty.end]
            end = guilty.start + len(written.partition("\n")[0].rstrip())
            parsed.flaws.append(Flaw(guilty.start, end, _contradiction(str(error), written)))
            out = [guilty, *(_below(kept, guilty) if guilty.header else ())]
            _leave_out(parsed, out)
            gone = set(map(id, out))
            kept = [each for each in kept if id(each) not in gone]
        else:
            return
    parsed.lost.add("*")


def _below(kept: list[Statement], header: Statement) -> list[Statement]:
    found = []
    for each in kept:
        if each.start > header.start:
            if each.header:
                break
            found.append(each)
    return found


def _flaws(text: str, statement: Statement) -> list[Flaw]:
    """Return what is wrong with one statement by itself, if anything is."""
    written = text[statement.start : statement.end]
    try:
        tomllib.loads(written)
    except ValueError as error:
        message = _PLACE.sub("", str(error)).strip()
        at = min(_offset(written, str(error)), len(written))
        explain = next((e for begins, e in _EXPLANATIONS if message.startswith(begins)), None)
        found = explain(written, at) if explain else (at, at + 1, f"not TOML: {message}")
        start, end, words = found
        return [Flaw(statement.start + start, statement.start + max(end, start + 1), words)]
    return []


def _offset(text: str, message: str) -> int:
    """Return the place in `text` that a message of tomllib names: 0-based, in characters."""
    found = _PLACE.search(message)
    if not found or not found[1]:
        return len(text)
    at = 0
    for _ in range(int(found[1]) - 1):
        at = text.find("\n", at) + 1
    # tomllib counts columns after it has made every line end one character.
    return at + int(found[2]) - 1


# From where to where a statement is wrong, and what to do about it.
_Explained = tuple[int, int, str]


def _bad_escape(written: str, at: int) -> _Explained:
    start = written.rfind("\\", 0, at)
    escape = written[start : start + 2]
    words = f"{escape} is no escape: write the text between ' and ', where \\ is an ordinary "
    return start, start + 2, words + "character, or write \\\\ for each"


def _bad_number_of_character(written: str, at: int) -> _Explained:
    words = "after \\u stand four hexadecimal digits, after \\U eight, of a character: "
    start = written.rfind("\\", 0, at)
    return start, at, words + 'write other bytes as { hex = "…" }'


def _no_equals_sign(written: str, at: int) -> _Explained:
    here = written[at : at + 1]
    if here == ":":
        return at, at + 1, "TOML writes key = value, with = instead of :"
    if here.strip():
        return at, at + 1, f"after the key stands {here}: write key = value"
    return at, at + 1, "the key has no value: write key = value"


def _bad_key(written: str, at: int) -> _Explained:
    here = written[at : at + 1]
    if here == "}":
        return at, at + 1, "no comma stands before }: take it away"
    if here.strip():
        return at, at + 1, f"a key does not begin with {here}: write it in quotes"
    return at, at + 1, "a key is missing here"


def _open_header(written: str, at: int) -> _Explained:
    closing = "]]" if written.startswith("[[") else "]"
    return at, at + 1, f"the header is not closed: write {closing} at its end"


_LITERALS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false"}


def _bad_value(written: str, at: int) -> tuple[int, int, str]:
    found = _BARE_VALUE.match(written, at)
    if found is None:
        return at, at + 1, "a value is missing here"
    word = found[0]
    if literal := _LITERALS.get(word.lower()):
        return at, found.end(), f"{word} is no value: write {literal}"
    if word.lower() in {"none", "null", "nil"}:
        return at, found.end(), f"{word} is no value: leave the key out"
    if word[0].isalpha() or word[0] in "\\/*_":
        shown = word if len(word) <= 40 else f"{word[:40]}…"  # noqa: PLR2004 - one look
        return at, found.end(), f"a text stands in quotes: '{shown}'"
    return at, found.end(), "this is no value: a text stands in quotes, a number is written 1234"


def _leftover(written: str, at: int) -> tuple[int, int, str]:
    rest = written[at:].partition("\n")[0].rstrip()
    before = written[:at].rstrip()
    end = at + max(1, len(rest))
    if re.search(r"[=\s,\[][+-]?0$", before) and rest[:1].isdigit():
        return at - 1, end, "a number does not begin with 0: leave the zero out"
    if before.endswith(("'", '"')) and re.search(r"['\"]", rest):
        quote = before[-1]
        words = f"the text ends at the {quote} before this: to have {quote} in it, write it "
        return at, end, words + ("between ''' and '''" if quote == "'" else 'as \\"')
    if rest.startswith(","):
        return at, at + 1, "no comma stands after a value: each key has a line of its own"
    if re.search(r"\d$", before) and re.match(r"[\w.:-]", rest):
        return at, end, "this is no number: a number has digits alone, a text stands in quotes"
    return at, end, "this does not belong to the value: each key has a line of its own"


def _contradiction(message: str, written: str) -> str:
    """Say what a statement that is right by itself does to one before it."""
    header = written.partition("\n")[0].strip()
    if message.startswith("Cannot overwrite"):
        if header.startswith("["):
            return f"{header} stands for something that has a value already"
        key = written.partition("=")[0].strip()
        return f"{key} is set twice: leave one of them out"
    if message.startswith("Cannot declare"):
        return f"{header} stands twice: write the keys of both below one of them"
    if message.startswith(("Cannot mutate immutable", "Cannot redefine")):
        key = header if header.startswith("[") else written.partition("=")[0].strip()
        return f"{key} adds to a table or an array that was complete before: write all of it there"
    return f"not TOML: {_PLACE.sub('', message).strip()}"


def _in_table(what: str) -> Callable[[str, int], _Explained]:
    return lambda _written, at: (at, at + 1, what)


_EXPLANATIONS: tuple[tuple[str, Callable[[str, int], _Explained]], ...] = (
    ("Unescaped", _bad_escape),
    ("Invalid hex value", _bad_number_of_character),
    ("Escaped character is not", _bad_number_of_character),
    ("Expected '='", _no_equals_sign),
    ("Invalid value", _bad_value),
    ("Expected newline", _leftover),
    ("Unclosed array", _in_table("a comma is missing between two elements, or ] at the end")),
    ("Unclosed inline", _in_table("a comma is missing between two keys, or } at the end")),
    ("Invalid initial character for a key part", _bad_key),
    ("Expected ']", _open_header),
    ("Duplicate inline table key", _in_table("a key of this table is set twice in it")),
    ("Cannot overwrite", _in_table("a key of this table is set twice in it")),
    ("Invalid date or datetime", _in_table("there is no such date or time")),
)
