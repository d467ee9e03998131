# SPDX-License-Identifier: Apache-2.0
"""What a TOML text is made of, in one pass whose time grows with its size alone.

tomllib stops at the first mistake, and its time grows with the square of what a hostile text
nests or dots.  So a text is cut into statements first: each can be parsed by itself, and what
is beyond every limit never reaches the parser.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from groundstop.targets.channel.formats import MAX_EVENTS, MAX_FILE, MAX_INSTANCES, MAX_TYPES

__all__ = ["MAX_FLAWS", "MAX_SOURCE", "Flaw", "Scan", "Statement", "named_character", "scan"]

MAX_SOURCE = 2 * MAX_FILE
"""Bytes of a text: every byte of the largest file as two hexadecimal digits."""
MAX_TOKENS = 1 << 20  # 4096 instances with 256 each; one of twenty lines has a hundred
MAX_DEPTH = 16  # twice of what instance.match.input.form.hex and its like need
MAX_WORD = 1 << 8  # characters of a bare key, a number or a date: names have 255 bytes

MAX_FLAWS = 40
"""Who has more of them has one that explains the others."""
_LONGEST_TABLE = 1 << 10  # tokens: a criterion has a dozen
_ARRAYS = {"type": MAX_TYPES, "instance": MAX_INSTANCES, "event": MAX_EVENTS}

# Possessive: none of them is tried in a second way, so that each character is looked at once.
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t]++)
    | (?P<newline>\r?\n)
    | (?P<comment>\#[^\n]*+)
    | (?P<multiline>\"{3}(?:[^"\\]++|\\.|"(?!""))*+"{3,5} | '{3}(?:[^']++|'(?!''))*+'{3,5})
    | (?P<openmulti>\"{3}|'{3})
    | (?P<string>"(?:[^"\\\n]++|\\[^\n])*+" | '[^'\n]*+')
    | (?P<openstring>["'][^\n]*+)
    | (?P<word>[A-Za-z0-9_+-]++)
    | (?P<open>[\[{])
    | (?P<close>[\]}])
    | (?P<sign>[=.,:])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
# What no array has in it: a header, or a key with its value, at the beginning of a line.
_STARTS = re.compile(
    r"""
    [ \t]*(?:
        \[\[?[ \t]*(?!(?:true|false|inf|nan)\b)[A-Za-z_]["'\w. \t-]*\]\]?[ \t]*(?:\#.*)?\r?$
        | ["']?[A-Za-z_][\w.-]*["']?[ \t]*=
    )""",
    re.VERBOSE | re.MULTILINE,
)
_HEADER = re.compile(r"\[\[[ \t]*+([a-z]++)[ \t]*+\]\]")
# Beyond the limits: that many are still read, so that the author gets every other mistake, too.
_SPARE = 64
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\uff07`\u00b4"
_NEVER_CLOSED = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Flaw:
    """A mistake in the text itself: what is wrong from `start` to before `end`, in characters."""

    start: int
    end: int
    message: str


@dataclass(slots=True)
class Statement:
    """One key with its value, or one header, from `start` to before `end`."""

    start: int
    end: int
    header: bool
    flaws: list[Flaw] = field(default_factory=list)


@dataclass(slots=True)
class Scan:
    """The statements of a text; `fatal` is why nobody should look at them."""

    statements: list[Statement] = field(default_factory=list)
    fatal: Flaw | None = None


class _FatalError(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


def scan(text: str) -> Scan:
    """Cut a text into its statements, with the flaws that show at once."""
    scanner = _Scanner(text)
    try:
        scanner.run()
    except _FatalError as fatal:
        scanner.result.fatal = fatal.flaw
    return scanner.result


def named_character(character: str) -> str:
    """Name a character that people may not see: `U+00A0 (no-break space)`."""
    controls = {"\0": "NUL", "\r": "carriage return", "\x1b": "escape"}
    name = controls.get(character) or unicodedata.name(character, "a control character").lower()
    return f"U+{ord(character):04X} ({name})"


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.result = Scan()
        self._statement: Statement | None = None
        self._open: list[tuple[str, int]] = []  # brackets, and where
        self._tokens = 0
        self._flaws = 0
        self._parts = 0  # of the key so far
        self._counts: dict[str, int] = {}

    def run(self) -> None:
        text, at = self.text, 0
        if text.startswith("\ufeff"):
            self._flaw(0, 1, "begins with U+FEFF (byte order mark): save it as UTF-8 without BOM")
            at = 1
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match is not None  # noqa: S101  (the last alternative takes anything)
            at = self._token(match.lastgroup or "", match.start(), match.end())
        self._end(len(text))

    def _token(self, kind: str, start: int, end: int) -> int:
        """Take one token; return where the next begins."""
        if kind == "newline":
            return self._newline(start, end)
        if kind == "space":
            return end
        self._tokens += 1
        if self._tokens > MAX_TOKENS:
            message = f"more than {MAX_TOKENS:,} words and signs: no channel file needs so many"
            raise _FatalError(Flaw(start, end, message))
        if kind == "comment":
            self._controls(start, end, "a comment")
            return end
        if self._statement is None:
            self._begin(start)
        self._in_statement(kind, start, end)
        return end

    def _in_statement(self, kind: str, start: int, end: int) -> None:
        match kind:
            case "multiline" | "string":
                self._controls(start, end, "a text")
                self._parts += 1
            case "openmulti":
                quotes = self.text[start:end]
                message = f"the text that begins here is never closed: end it with {quotes}"
                raise _FatalError(Flaw(start, end, message))
            case "openstring":
                self._open_string(start, end)
            case "word":
                self._word(start, end)
            case "open":
                self._bracket(start)
            case "close":
                self._unbracket(start)
            case "sign":
                self._sign(start, end)
            case _:
                self._flaw(start, end, self._odd(start))

    def _begin(self, start: int) -> None:
        self._statement = Statement(start, start, header=self.text[start] == "[")
        self.result.statements.append(self._statement)
        self._parts = 0
        if self._statement.header:
            self._count_header(start)

    def _end(self, end: int) -> None:
        """End the statement, if there is one; what is still open is told where it was opened."""
        if self._statement is not None:
            self._statement.end = end
            for sign, at in self._open[:1]:
                closing = _NEVER_CLOSED[sign]
                self._flaw(at, at + 1, f"the {sign} is never closed: write {closing} at its end")
        self._open.clear()
        self._statement = None

    def _newline(self, start: int, end: int) -> int:
        if not self._open:
            self._end(start)
            return end
        if self._statement is not None and self._statement.header:
            closing = "]]" if self.text.startswith("[[", self._statement.start) else "]"
            self._flaw(start, end, f"the header is not closed: write {closing} at its end")
            self._open.clear()
            self._end(start)
            return end
        sign, at = self._open[-1]
        if sign == "{":
            closed = self._closing_brace(end)
            message = "an inline table stays on one line: close it there, "
            message += "or write [a.table] of its own"
            self._flaw(at, at + 1, message)
            self._open.clear()
            self._end(closed or start)
            return closed or end
        if _STARTS.match(self.text, end):
            self._end(start)
        return end

    def _closing_brace(self, at: int) -> int:
        """Return where an inline table that goes on after its line is closed; 0 for nowhere."""
        depth = sum(sign == "{" for sign, _ in self._open)
        begins = True
        for _ in range(_LONGEST_TABLE):
            match = _TOKEN.match(self.text, at)
            if match is None:
                return 0
            sign, at = match[0], match.end()
            if match.lastgroup == "newline":
                begins = True
            elif match.lastgroup != "space":
                if begins and sign == "[":
                    return 0
                begins = False
            depth += (sign == "{") - (sign == "}")
            if depth == 0:
                line_end = self.text.find("\n", at)
                return line_end if line_end >= 0 else len(self.text)
        return 0

    def _controls(self, start: int, end: int, what: str) -> None:
        found = _CONTROLS.search(self.text, start, end)
        if found and found[0] == "\r":
            self._carriage_return(found.start())
        if found:
            name = named_character(found[0])
            message = f"{name} stands in {what}: remove it"
            if what == "a text":
                code = ord(found[0])
                message += f', or write it as \\u{code:04X} between " and "'
            self._flaw(found.start(), found.end(), message)

    def _carriage_return(self, at: int) -> None:
        message = "a line ends with a carriage return alone: save the file with line feeds (LF)"
        raise _FatalError(Flaw(at, at + 1, message))

    def _open_string(self, start: int, end: int) -> None:
        quote = self.text[start]
        self._controls(start, end, "a text")
        line = self.text[start:end].rstrip()
        self._flaw(start, start + len(line), f"the text has no closing {quote} on its line")

    def _word(self, start: int, end: int) -> None:
        if end - start > MAX_WORD:
            message = f"{end - start:,} characters without a quote: no number or key is so long"
            raise _FatalError(Flaw(start, end, message))
        self._parts += 1

    def _bracket(self, start: int) -> None:
        self._open.append((self.text[start], start))
        self._parts = 0
        if len(self._open) > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH}: nothing in a source is"
            raise _FatalError(Flaw(start, start + 1, message))

    def _unbracket(self, start: int) -> None:
        sign = self.text[start]
        self._parts = 0
        if self._open and _NEVER_CLOSED[self._open[-1][0]] == sign:
            self._open.pop()
            return
        opened = {closing: opening for opening, closing in _NEVER_CLOSED.items()}[sign]
        self._flaw(start, start + 1, f"there is no {opened} that this {sign} could close")

    def _sign(self, start: int, end: int) -> None:
        if self.text[start] != ".":
            self._parts = 0
        elif self._parts >= MAX_DEPTH:
            message = f"a key of more than {MAX_DEPTH} parts: nothing in a source has so many"
            raise _FatalError(Flaw(start, end, message))

    def _odd(self, start: int) -> str:
        character = self.text[start]
        if character in _DOUBLE_QUOTES:
            return f'{character} is no quote of TOML: write " there'
        if character in _SINGLE_QUOTES:
            return f"{character} is no quote of TOML: write ' there"
        if character == "\r":
            self._carriage_return(start)
        if character.isalnum() or (character.isascii() and character.isprintable()):
            return f"{character} stands outside of quotes: a text is written in quotes"
        return f"{named_character(character)} stands here: remove it"

    def _flaw(self, start: int, end: int, message: str) -> None:
        """Note a flaw in the statement, or one that is a statement's place by itself."""
        statement = self._statement
        if statement is None:
            statement = Statement(start, end, header=False)
            self.result.statements.append(statement)
        flaw = Flaw(start, end, message)
        self._flaws += 1
        if self._flaws >= MAX_FLAWS:
            raise _FatalError(flaw)
        statement.flaws.append(flaw)

    def _count_header(self, start: int) -> None:
        """Refuse more tables of one kind than any file may have, before they are parsed."""
        match = _HEADER.match(self.text, start)
        if match is None or match[1] not in _ARRAYS:
            return
        count = self._counts[match[1]] = self._counts.get(match[1], 0) + 1
        if count > _ARRAYS[match[1]] + _SPARE:
            message = f"more than {_ARRAYS[match[1]]:,} tables [[{match[1]}]]"
            raise _FatalError(Flaw(start, match.end(), message))
