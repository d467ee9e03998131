# SPDX-License-Identifier: Apache-2.0
"""The yara target's content toolchain: rules as text are compiled by libyara itself."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from groundstop.config import find_project
from groundstop.errors import SourceError, SourceLocation, ToolError
from groundstop.files import read_input
from groundstop.format import Record, view
from groundstop.model import Outcome, Release, Sanitizer
from groundstop.target import Element, OutcomeCheck, Part, Problem, Synthesis, Waiver, is_source
from groundstop.targets.yara.formats import Bundle, CompiledRules
from groundstop.targets.yara.library import LIBRARY
from groundstop.targets.yara.rules import rule_names
from groundstop.targets.yara.source import SUFFIXES, External, Source, read_source
from groundstop.targets.yara.status import describe_outcome, matches_of
from groundstop.toolchain import build_program

__all__ = ["YaraContent", "make_testcase", "split_testcase"]

_MAGIC = b"GSYR"
_HEAD = 8
_TEXT_IS_WRONG = 1
_COMPILE_SECONDS = 60
# Bytes; as in native/compile.c.
_MAX_TEXT = 1 << 20


def make_testcase(rules: bytes, data: bytes) -> bytes:
    """Return a testcase of rules (compiled, or for `yara_check_text` text) and data to scan."""
    return _MAGIC + len(rules).to_bytes(4, "little") + rules + data


def split_testcase(testcase: bytes) -> tuple[bytes, bytes] | None:
    """Return the rules and the data of a testcase; None for what is none."""
    if len(testcase) < _HEAD or not testcase.startswith(_MAGIC):
        return None
    end = _HEAD + int.from_bytes(testcase[4:_HEAD], "little")
    return testcase[_HEAD:end], testcase[end:]


class YaraContent:
    """Implements groundstop.target.ContentToolchain for rules, as text and compiled."""

    suffixes: tuple[str, ...] = SUFFIXES

    def compile(self, source: Path, part: str = "") -> bytes:
        """Compile text to `rules` (the default), the file that ships, or to a `testcase`."""
        where = SourceLocation(source, 1)
        if not is_source(self, source):
            raise SourceError(f"is no text source ({' or '.join(SUFFIXES)})", where)
        if part not in {"", "rules", "testcase"}:
            raise SourceError(f"has no part {part!r} (known: rules, testcase)", where)
        text = read_source(source)
        rules = _compile(text)
        return make_testcase(rules, text.data) if part == "testcase" else rules

    def testcase(self, source: Path) -> bytes:
        """Return text or compiled rules as a testcase; without data they scan nothing."""
        if is_source(self, source):
            return self.compile(source, "testcase")
        data = read_input(source)
        return data if data.startswith(_MAGIC) else make_testcase(data, b"")

    def join(self, candidate: bytes, events: bytes) -> bytes:
        """Return the rules of one testcase with the data of another."""
        rules, data = split_testcase(candidate), split_testcase(events)
        return candidate if rules is None else make_testcase(rules[0], data[1] if data else b"")

    def recognizes(self, data: bytes) -> bool:
        """Return whether the bytes begin as compiled rules or a testcase do."""
        return data.startswith((_MAGIC, b"YARA"))

    def show(self, data: bytes) -> str:
        """Return any bytes decoded, field by field."""
        format_: type[Record] = CompiledRules if data.startswith(b"YARA") else Bundle
        return "\n".join(view(format_.decode(data)))

    def describe(self, outcome: Outcome) -> list[str]:
        """Return what came of loading, which rules matched, and what came of scanning."""
        return list(describe_outcome(outcome.data))

    def check_definition(self, source: Path) -> list[Problem]:
        """Judge the rules by their format's own, as libyara does not; and there must be some."""
        testcase = self.testcase(source)
        problem = Bundle.decode(testcase).problem
        if problem is None:
            return [] if rule_names(testcase) else [self._detects_nothing(source)]
        where = f"{problem.field} at byte {problem.offset}"
        return [Problem("format", str(problem), where, "compile the rules again from their text")]

    def check_outcome(self, source: Path, check: OutcomeCheck) -> list[Problem] | None:
        """Compare the rules that matched with those that the text expects, if it says any."""
        text = read_source(source) if is_source(self, source) else None
        matched = matches_of(check.outcome.data)
        if text is None or text.expect is None:
            return None
        if text.expect == matched:
            return []
        message = f"matched by {' '.join(matched) or 'none'}, expected {' '.join(text.expect)}"
        where = SourceLocation(source, text.expect_line)
        return [Problem("expected-matches", message, where, "correct the rules, or `expect`")]

    def check_release(self, source: Path, release: Release, tree: Path) -> list[Problem]:
        """Know of nothing that only some releases supply: there is one."""
        del source, release, tree
        return []

    def elements(self, source: Path) -> list[Element]:
        """Return the rules, each evaluated as false or true; libyara tells nothing of private."""
        text = read_source(source) if is_source(self, source) else None
        found = []
        for number, name in rule_names(self.testcase(source)).items():
            line = text.lines.get(name, 0) if text else 0
            where = SourceLocation(source, line) if text else f"rules.entries[{number}]"
            found.append(Element(number, where, f"rule {name}"))
        return found

    def parts(self, source: Path) -> list[Part]:
        """Return the rules: each is an element and matches by itself."""
        return [
            Part(each.where, each.text, range(each.number, each.number + 1))
            for each in self.elements(source)
        ]

    def synthesize(self, source: Path, release: Release, tree: Path) -> Synthesis | None:
        """Make nothing: what to scan is what the source says."""

    def pick_event(self, testcase: bytes, number: int) -> bytes:
        """Return the testcase: what it scans is one piece of data."""
        del number
        return testcase

    def show_event(self, testcase: bytes, number: int) -> str:
        """Return the size of the data."""
        del number
        parts = split_testcase(testcase)
        return f"{len(parts[1]) if parts else 0} bytes of data"

    def write_events(self, testcase: bytes, notes: Sequence[str] = ()) -> str:
        """Return the data of a testcase as the comment that a source has for it."""
        parts = split_testcase(testcase)
        said = [f"// {note}" for note in notes]
        return "\n".join([*said, f"// scan: {repr(parts[1] if parts else b'')[1:]}\n"])

    def unevaluated(self, testcase: bytes, release: Release, tree: Path) -> str:
        """Know of no data that libyara does not scan."""
        del testcase, release, tree
        return ""

    def waivers(self, source: Path) -> list[Waiver]:
        """Return none: rules have no words for it."""
        del source
        return []

    def _detects_nothing(self, source: Path) -> Problem:
        where = SourceLocation(source, 1) if is_source(self, source) else "rules.entries"
        message = "this file detects nothing: a scan reports none of its rules"
        remedy = "write a rule that is not private, or do not ship the file"
        return Problem("detects-nothing", message, where, remedy)


def _compile(source: Source) -> bytes:
    """Return compiled rules; raise SourceError with libyara's words for what is wrong."""
    text = source.text.encode()
    if len(text) >= _MAX_TEXT:
        message = f"is {len(text):,} bytes long: {_MAX_TEXT - 1:,} are the limit"
        raise SourceError(message, SourceLocation(source.path, 0))
    state = find_project().state
    program = build_program(LIBRARY.compiler("yara"), Sanitizer.PLAIN, project_state=state)
    try:
        run = subprocess.run(
            [program, *(_defined(name, value) for name, value in source.externals.items())],
            input=text,
            capture_output=True,
            timeout=_COMPILE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"libyara does not compile it in {_COMPILE_SECONDS} seconds",
            SourceLocation(source.path, 0),
        ) from error
    said = run.stderr.decode(errors="replace").strip()
    if run.returncode == _TEXT_IS_WRONG:
        line, _, message = said.partition(" ")
        where = SourceLocation(source.path, int(line) if line.isdigit() else 0)
        raise SourceError(_explained(message), where)
    if run.returncode:
        raise ToolError(f"{source.path}: the compiler of rules ended with {run.returncode}: {said}")
    return run.stdout


def _defined(name: str, value: External) -> str:
    """Return a word of the command line of native/compile.c: a letter for the type, a variable."""
    match value:
        case bool():
            return f"b{name}={int(value)}"
        case int() | float():
            return f"{type(value).__name__[0]}{name}={value!r}"
        case _:
            return f"s{name}={value}"


def _explained(message: str) -> str:
    """Return libyara's words, and what to do where they do not say it."""
    if message.startswith("includes are disabled"):
        return f"{message}: put the rules of both files into one"
    if message.startswith("undefined identifier"):
        return f"{message}: a variable of whoever scans is declared by // external: name = value"
    return message
