# SPDX-License-Identifier: Apache-2.0
"""The channel target's content toolchain: what the framework can do with its content."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from groundstop.errors import InputError, SourceError, SourceLocation
from groundstop.files import read_input
from groundstop.target import Problem, is_source
from groundstop.targets.channel.build import build_part
from groundstop.targets.channel.bundle import Binary, Parts, part_of
from groundstop.targets.channel.checks import check_format, check_supply
from groundstop.targets.channel.claims import claims_of_binary, claims_of_text
from groundstop.targets.channel.elements import binary_places, elements_of, text_places
from groundstop.targets.channel.expectations import check_expected
from groundstop.targets.channel.formats import (
    Bundle,
    Input,
    InputKind,
    TemplateFile,
    TemplateType,
)
from groundstop.targets.channel.readable import events_text, show
from groundstop.targets.channel.releases import SuppliedType, load_release
from groundstop.targets.channel.source import looks_like_a_source, named_templates, read_source
from groundstop.targets.channel.status import describe_outcome
from groundstop.targets.channel.synthesis import synthesize
from groundstop.toolchain import native_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from groundstop.model import Outcome, Release
    from groundstop.target import Element, Synthesis

__all__ = ["ChannelContent"]


class ChannelContent:
    """Implements groundstop.target.ContentToolchain for template files, channel files, events.

    `releases` is the folder with the releases' descriptions, default that of the
    interpreter's own sources; a binary channel file, which does not say which template
    file it was written for, is taken to be written for the newest types in it.
    """

    suffixes: tuple[str, ...] = (".toml",)
    binary_suffixes: tuple[str, ...] = (".gstf", ".gscf", ".gsev", ".gsbd")

    def __init__(self, releases: Path | None = None) -> None:
        self._releases = releases or native_root() / "channel" / "releases"

    @cached_property
    def default_types(self) -> TemplateFile:
        """The template file of today: every type, as the newest release that has it."""
        newest: dict[int, SuppliedType] = {}
        for path in sorted(self._releases.glob("*.toml"), key=_version):
            newest |= {known.type_id: known for known in load_release(path).types}
        return TemplateFile(types=[_definition(newest[type_id]) for type_id in sorted(newest)])

    def compile(self, source: Path, part: str = "") -> bytes:
        """Compile a text source to `templates`, `channel`, `events` or the `bundle` of them.

        Without `part`: types alone are a template file, with instances a channel file,
        with events a bundle.  The same source gives the same bytes.
        """
        if not is_source(self, source):
            where = SourceLocation(source, 1)
            raise SourceError(f"is no text source ({', '.join(self.suffixes)})", where)
        return build_part(read_source(source), part)

    def testcase(self, source: Path) -> bytes:
        """Return text or binary as a bundle; parts that it lacks are filled in.

        Binary of no known format stands in the place of the channel file, so that the
        core judges it.
        """
        return self._binary(source).testcase

    def join(self, candidate: bytes, events: bytes) -> bytes:
        """Return the bundle `candidate` with the events of the bundle `events`.

        Without a bundle in `events` there are no events; a candidate that is no bundle
        stays as it is.
        """
        parts, others = Parts.split(candidate), Parts.split(events)
        if parts is None:
            return candidate
        return parts._replace(events=others.events if others else b"").join()

    def recognizes(self, data: bytes) -> bool:
        """Return whether the bytes begin as one of the formats does."""
        return bool(part_of(data))

    def is_content(self, source: Path) -> bool:
        """Return whether a TOML file is meant as a source: not, say, a pyproject.toml."""
        return looks_like_a_source(read_input(source))

    def needs(self, source: Path) -> tuple[Path, ...]:
        """Return the template source that a source names, if it names one."""
        return named_templates(source)

    def show(self, data: bytes) -> str:
        """Return any bytes as text: see readable.show."""
        return show(data, self.default_types)

    def brief(self, data: bytes) -> str:
        """Return what `show` does; of a bundle with today's types, without these."""
        parts = Parts.split(data)
        known = parts is not None and parts.templates == self.default_types.build()
        return show(data, self.default_types, types=not known)

    def describe(self, outcome: Outcome) -> list[str]:
        """Return what the core reported, one line for the load and one for each event."""
        return list(describe_outcome(outcome.data))

    def check_definition(self, source: Path) -> list[Problem]:
        """Judge content by the formats' rules and its own template file alone."""
        if is_source(self, source) and read_source(source).part == "events":
            where = SourceLocation(source, 1)
            return [
                Problem(
                    "nothing-ships",
                    "has events alone: neither types nor instances, nothing that ships",
                    where,
                    "add what the events are for: `channel` and `[[instance]]`, or `[[type]]`",
                )
            ]
        return list(check_format(self._binary(source), self._bytes(source)))

    def check_release(self, source: Path, release: Release, tree: Path) -> list[Problem]:
        """Judge content by what the release's code supplies, as `tree`/releases says."""
        supplied = load_release(tree / "releases" / f"{release.name}.toml")
        if is_source(self, source):
            claims = claims_of_text(read_source(source))
        else:
            claims = claims_of_binary(self._binary(source))
        return list(check_supply(claims, supplied, str(release)))

    def check_outcome(
        self, source: Path, release: Release, tree: Path, outcome: Outcome
    ) -> list[Problem]:
        """Compare each event's matches with its `expect`, where the source has one."""
        if not is_source(self, source):
            return []
        supplied = load_release(tree / "releases" / f"{release.name}.toml")
        events = read_source(source).events or ()
        return list(check_expected(events, supplied, str(release), self.describe(outcome)))

    def elements(self, source: Path) -> list[Element]:
        """Return the criteria of a channel file, numbered as the core does."""
        return self._covered(source)[1]

    def synthesize(self, source: Path, release: Release, tree: Path) -> Synthesis:
        """Make events that reach every criterion on `release`, as far as any event does."""
        supplied = load_release(tree / "releases" / f"{release.name}.toml")
        binary, elements = self._covered(source)
        return synthesize(binary.testcase, binary.decoded.value, elements, supplied)

    def write_events(self, testcase: bytes, notes: Sequence[str] = ()) -> str:
        """Return the events of an intact bundle as a text source of their own."""
        return events_text(Bundle.parse(testcase), notes)

    def _covered(self, source: Path) -> tuple[Binary, list[Element]]:
        """Return an intact testcase and its elements; raise for what has none or is broken."""
        binary = self._binary(source)
        if is_source(self, source):
            text = read_source(source)
            if text.channel is None:
                message = "has no channel: content coverage counts the criteria of instances"
                raise SourceError(message, SourceLocation(source, 1))
            places = text_places(text)
        elif binary.part not in {"channel", "bundle"}:
            raise InputError(
                f"{source}: is a file of {binary.part}: content coverage counts the criteria of "
                "a channel file"
            )
        else:
            places = binary_places(binary)
        if problem := binary.decoded.problem:
            raise InputError(f"{source}: no release loads it: {problem}")
        return binary, list(elements_of(binary, places))

    def _bytes(self, source: Path) -> bytes:
        if is_source(self, source):
            return self.compile(source, "bundle")
        return read_input(source)

    def _binary(self, source: Path) -> Binary:
        return Binary(self._bytes(source), self.default_types)


def _version(path: Path) -> tuple[tuple[int, ...], str]:
    """Sort 7.9 before 7.10."""
    return tuple(int(number) for number in re.findall(r"\d+", path.stem)), path.stem


def _definition(supplied: SuppliedType) -> TemplateType:
    inputs: Iterable[Input] = (
        Input(kind=InputKind[entry.kind.upper()], name=entry.name.encode())
        for entry in supplied.inputs
    )
    return TemplateType(type_id=supplied.type_id, name=supplied.name.encode(), inputs=list(inputs))
