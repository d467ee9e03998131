# SPDX-License-Identifier: Apache-2.0
"""The content toolchain that a target may bring: how its content is written, read and covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from groundstop.errors import InputError, SourceError, SourceLocation
from groundstop.files import read_input
from groundstop.model import Outcome, Release
from groundstop.target._problem import Problem

__all__ = [
    "Aim",
    "ContentToolchain",
    "CoveringToolchain",
    "Element",
    "MadeEvents",
    "NoElementsError",
    "OutcomeCheck",
    "Part",
    "Synthesis",
    "Unreachable",
    "Waiver",
    "brief",
    "is_meant",
    "is_named",
    "is_source",
    "needs_of",
]


@dataclass(frozen=True, slots=True)
class Element:
    """A part of the content that the core evaluates and reports by `number` (groundstop.h).

    `where` is its place in the text source, or for a binary file a field and its offset;
    `text` names it for people.  `outcomes` are those that it can have by definition: a
    criterion that matches everything has only 1.  `details` are the numbers of the finer
    elements that belong to it (a pattern's instructions); several may share them.
    """

    number: int
    where: SourceLocation | str
    text: str
    outcomes: tuple[int, ...] = (0, 1)
    details: range = range(0)


@dataclass(frozen=True, slots=True)
class Part:
    """What of the content matches as a whole: an instance, a rule.

    `elements` are the numbers of its elements in the order of their evaluation: it matched
    when the last one had outcome 1.
    """

    where: SourceLocation | str
    text: str
    elements: range


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An outcome of an element that no event brings about, and why.

    `proven` says that none can; otherwise none was found within the limits of the search.
    `remedy` says what its author should do about it; it is empty where nothing is wrong
    with the content: its type is not on this release, or something before it is to blame.
    `rule` is a short stable word for the reason.  `follows` is set for what is only out of
    reach because of another outcome that is, or because its part is inert.
    """

    element: int
    outcome: int
    reason: str
    proven: bool
    remedy: str = ""
    rule: str = "unreachable"
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """What one made event is for: an element (None: its part has none), and with what value."""

    element: int | None
    text: str


@dataclass(frozen=True, slots=True)
class MadeEvents:
    """A testcase: the content, with events that were made for it.

    `aims` are those of its events, in their order.  With `extreme` the values are as large as
    the core takes them: to be run, not to be read or kept.
    """

    testcase: bytes
    aims: tuple[Aim, ...]
    extreme: bool = False


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Events that reach every element with every outcome, and what they cannot reach.

    The first of `made` reach the outcomes; what follows are values beside those, by which
    each criterion is tried.  `inert` says of parts that the release never evaluates why, by
    their position among the parts.  `left_out` counts the events that there was no room for.
    """

    made: tuple[MadeEvents, ...]
    unreachable: tuple[Unreachable, ...] = ()
    inert: Mapping[int, str] = field(default_factory=dict)
    left_out: int = 0

    @property
    def testcases(self) -> tuple[bytes, ...]:
        """Every testcase that can be read and kept."""
        return tuple(each.testcase for each in self.made if not each.extreme)


@dataclass(frozen=True, slots=True)
class Waiver:
    """What an author takes responsibility for: a problem that shall not hold the content.

    It is about the problems with this rule at `subject`, of one `outcome` where that is
    given.  `where` is the waiver's own place.
    """

    rule: str
    subject: SourceLocation | str
    reason: str
    where: SourceLocation
    outcome: int | None = None


@dataclass(frozen=True, slots=True)
class OutcomeCheck:
    """What `release`, built from the folder `tree`, made of a source's own testcase.

    `run` runs another testcase on the same build; None when the core dies of it.
    """

    release: Release
    tree: Path
    outcome: Outcome
    run: Callable[[bytes], Outcome | None]


class NoElementsError(InputError, SourceError):
    """A file of a kind that has no elements, such as a file of types alone."""


class ContentToolchain(Protocol):
    """How a target's content is written, compiled, read back and checked.

    A `source` is a text file (its suffix is among `suffixes`) or a binary file of any of
    the target's formats.  A *testcase* is the bytes that the entry point takes.  Methods
    raise SourceError for a text source that cannot be compiled, or MistakesError for all of
    its mistakes at once.  A check returns None where there is nothing that it could judge by:
    an empty list says that it did, and all is right.

    A toolchain may also have what makes candidates easier to find.  `binary_suffixes` are those
    of its binary files: one that is damaged at its beginning is known by them.
    `is_content(source)` tells of a text file with one of `suffixes` whether it is meant as
    content, or clearly is something else (settings of another program); `needs(source)` returns
    the files that a text source is compiled with beside itself.
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

    def check_definition(self, source: Path) -> list[Problem] | None:
        """Judge content by its own definitions alone: what the authoring side can know."""

    def check_outcome(self, source: Path, check: OutcomeCheck) -> list[Problem] | None:
        """Judge what a release made of `source` by what the source itself says to expect.

        None where it says nothing of what that release evaluates.
        """

    def check_release(self, source: Path, release: Release, tree: Path) -> list[Problem] | None:
        """Judge content by what `release`, built from the folder `tree`, really supplies."""


class CoveringToolchain(ContentToolchain, Protocol):
    """One that also knows the elements of its content, and can make events that reach them."""

    def elements(self, source: Path) -> list[Element]:
        """Return what content coverage counts in `source`, in the order of its numbers.

        Raises NoElementsError for a file of a kind that has none.
        """

    def parts(self, source: Path) -> list[Part]:
        """Return what of `source` matches as a whole; raises as `elements` does."""

    def synthesize(self, source: Path, release: Release, tree: Path) -> Synthesis | None:
        """Make events that reach every element of `source` on `release` with every outcome.

        None where no events can be made for the target's content.
        """

    def pick_event(self, testcase: bytes, number: int) -> bytes:
        """Return a testcase with one of its events alone, counted from 0."""

    def show_event(self, testcase: bytes, number: int) -> str:
        """Return one event of a testcase as people read it, in one line."""

    def write_events(self, testcase: bytes, notes: Sequence[str] = ()) -> str:
        """Return the events of a testcase as text source, ready to be kept beside content.

        `notes` are lines that stand in it as comments.
        """

    def unevaluated(self, testcase: bytes, release: Release, tree: Path) -> str:
        """Say why a release evaluates none of a testcase's events, empty where it may."""

    def waivers(self, source: Path) -> list[Waiver]:
        """Return what the source says that its author takes responsibility for."""


def brief(content: ContentToolchain, data: bytes) -> str:
    """Return what `show` does, without what everybody knows: of a toolchain that has `brief`."""
    shown: str = getattr(content, "brief", content.show)(data)
    return shown


def is_named(content: ContentToolchain, path: Path) -> bool:
    """Return whether a file has a name of the toolchain's content: a text's, or a binary's."""
    binary = {suffix.lower() for suffix in getattr(content, "binary_suffixes", ())}
    return is_source(content, path) or path.suffix.lower() in binary


def is_meant(content: ContentToolchain, path: Path) -> bool:
    """Return whether a file that nobody named is meant as the toolchain's content."""
    if is_source(content, path):
        asked: Callable[[Path], bool] = getattr(content, "is_content", lambda _: True)
        return asked(path)
    return is_named(content, path) or content.recognizes(read_input(path))


def needs_of(content: ContentToolchain, path: Path) -> tuple[Path, ...]:
    """Return what a text source is compiled with beside itself, as far as its toolchain says."""
    asked: Callable[[Path], Iterable[Path]] = getattr(content, "needs", lambda _: ())
    return tuple(asked(path)) if is_source(content, path) else ()


def is_source(content: ContentToolchain, path: Path) -> bool:
    """Return whether a file is a text source: by its suffix, in small or capital letters."""
    return path.suffix.lower() in {suffix.lower() for suffix in content.suffixes}
