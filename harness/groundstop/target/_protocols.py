# SPDX-License-Identifier: Apache-2.0
"""What a target may bring beside its core: a content toolchain and oracles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from groundstop.errors import SourceLocation
from groundstop.model import Judgement, Outcome, Release


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why content must not ship.

    `rule` is a short stable word for the rule that is broken, `where` the place in the
    text source, or for a binary file a field and its offset; `remedy` says what to do.
    """

    rule: str
    message: str
    where: SourceLocation | str
    remedy: str = ""


def location_text(where: SourceLocation | str) -> str:
    """Return a problem's place as people read it: `path:line`, or the field and offset."""
    return f"{where.path}:{where.line}" if isinstance(where, SourceLocation) else where


class ContentToolchain(Protocol):
    """How a target's content is written, compiled, read back and checked.

    A `source` is a text file (its suffix is among `suffixes`) or a binary file of any of
    the target's formats.  A *testcase* is the bytes that the entry point takes.  Methods
    raise SourceError for a text source that cannot be compiled.
    """

    suffixes: tuple[str, ...]

    def compile(self, source: Path, part: str = "") -> bytes:
        """Compile a text source to the file that ships, or to the named part of it."""

    def testcase(self, source: Path) -> bytes:
        """Return `source` as a testcase: parts that it lacks are filled in with defaults."""

    def join(self, candidate: bytes, events: bytes) -> bytes:
        """Return the testcase `candidate` with the events of the testcase `events`."""

    def recognizes(self, data: bytes) -> bool:
        """Return whether the bytes claim to be one of the target's formats."""

    def show(self, data: bytes) -> str:
        """Return any bytes decoded for people; of damaged ones as far as they go, and why."""

    def describe(self, outcome: Outcome) -> list[str]:
        """Return what the core reported, one line for each step it took."""

    def check_definition(self, source: Path) -> list[Problem]:
        """Judge content by its own definitions alone: what the authoring side can know."""

    def check_outcome(
        self, source: Path, release: Release, tree: Path, outcome: Outcome
    ) -> list[Problem]:
        """Judge what the core made of `source` by what the source itself says to expect."""

    def check_release(self, source: Path, release: Release, tree: Path) -> list[Problem]:
        """Judge content by what `release`, built from the folder `tree`, really supplies."""


class Oracle(Protocol):
    """Takes a testcase and its outcome and determines whether there is a bug."""

    name: str

    def judge(self, testcase: bytes, outcome: Outcome) -> Judgement:
        """Return the verdict; never raises for any bytes."""
