# SPDX-License-Identifier: Apache-2.0
"""Content without a toolchain of its own: binary files, as far as a format declares them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from groundstop.errors import TargetError
from groundstop.files import read_input
from groundstop.format import Record, view
from groundstop.model import Outcome, Release
from groundstop.target._content import OutcomeCheck
from groundstop.target._problem import Problem

__all__ = ["DeclaredContent"]

_ROW = 16
_SHOWN_BYTES = 1024
_SHOWN_OUTCOME = 64


class DeclaredContent:
    """Implements ContentToolchain for binary files: a file is a testcase as it is.

    It is right when it breaks no rule of `declaration`; without one it is any bytes, and
    nothing says which of them are right.  Neither says what a release supplies, nor what is
    to come of a file.
    """

    suffixes: tuple[str, ...] = ()

    def __init__(self, declaration: type[Record] | None = None) -> None:
        self._declaration = declaration

    def compile(self, source: Path, part: str = "") -> bytes:
        """Raise TargetError: there are no text sources, and a binary file has no parts."""
        what = f"no part {part!r} of {source}" if part else f"{source} is none"
        raise TargetError(f"no text sources: {what}; declare Target(content=…) to compile content")

    def testcase(self, source: Path) -> bytes:
        """Return the file's bytes; raises InputError."""
        return read_input(source)

    def join(self, candidate: bytes, events: bytes) -> bytes:
        """Return the candidate: nothing says which part of a file its events are."""
        del events
        return candidate

    def recognizes(self, data: bytes) -> bool:
        """Return whether the format begins with a constant, and the bytes with that one.

        A format that begins otherwise lets nearly any bytes begin: it claims none of them.
        """
        return self._declaration is not None and self._declaration.decode(data).has_magic

    def show(self, data: bytes) -> str:
        """Return the bytes decoded; those of no declared format as hexadecimal numbers."""
        if self._declaration is None:
            return "\n".join(_dump(data))
        return "\n".join(view(self._declaration.decode(data)))

    def describe(self, outcome: Outcome) -> list[str]:
        """Return one line: the stage, else what the entry point returned, and the outcome."""
        stage = f"returned {outcome.returned}, stage not reported"
        if outcome.stage:
            stage = outcome.stage.name.lower()
        shown = outcome.data[:_SHOWN_OUTCOME].hex(" ")
        more = " …" if len(outcome.data) > _SHOWN_OUTCOME else ""
        return [f"{stage}, outcome {shown}{more}" if shown else f"{stage}, outcome not reported"]

    def check_definition(self, source: Path) -> list[Problem] | None:
        """Return a problem for each rule that the file breaks; None without a format."""
        if self._declaration is None:
            return None
        decoded = self._declaration.decode(read_input(source))
        return [
            Problem("format", str(problem), f"{source.name}, byte {problem.offset}")
            for problem in decoded.problems
        ]

    def check_release(self, source: Path, release: Release, tree: Path) -> list[Problem] | None:
        """Return None: a format does not say what a release supplies."""

    def check_outcome(self, source: Path, check: OutcomeCheck) -> list[Problem] | None:
        """Return None: a format does not say what is to come of a file."""


def _dump(data: bytes) -> Iterator[str]:
    shown = data[:_SHOWN_BYTES]
    for at in range(0, len(shown), _ROW):
        row = shown[at : at + _ROW]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)  # noqa: PLR2004
        yield f"{at:>8}  {row.hex(' '):<{3 * _ROW}} {text}"
    rest = len(data) - len(shown)
    yield f"{rest:,} more bytes of {len(data):,}" if rest else f"{len(data):,} bytes, no format"
