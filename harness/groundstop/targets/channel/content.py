# SPDX-License-Identifier: Apache-2.0
"""The channel target's content toolchain: what the framework can do with its content."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from groundstop.errors import SourceError, SourceLocation
from groundstop.files import read_input
from groundstop.target import Problem
from groundstop.targets.channel.build import build_part
from groundstop.targets.channel.bundle import Binary, Parts, part_of
from groundstop.targets.channel.checks import check_format, check_supply
from groundstop.targets.channel.claims import claims_of_binary, claims_of_text
from groundstop.targets.channel.expectations import check_expected
from groundstop.targets.channel.formats import Input, InputKind, TemplateFile, TemplateType
from groundstop.targets.channel.readable import show
from groundstop.targets.channel.releases import SuppliedType, load_release
from groundstop.targets.channel.source import read_source
from groundstop.targets.channel.status import describe_outcome
from groundstop.toolchain import native_root

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from groundstop.model import Outcome, Release

__all__ = ["ChannelContent"]


class ChannelContent:
    """Implements groundstop.target.ContentToolchain for template files, channel files, events.

    `releases` is the folder with the releases' descriptions, default that of the
    interpreter's own sources; a binary channel file, which does not say which template
    file it was written for, is taken to be written for the newest types in it.
    """

    suffixes: tuple[str, ...] = (".toml",)

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
        if source.suffix not in self.suffixes:
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

    def show(self, data: bytes) -> str:
        """Return any bytes as text: see readable.show."""
        return show(data, self.default_types)

    def describe(self, outcome: Outcome) -> list[str]:
        """Return what the core reported, one line for the load and one for each event."""
        return list(describe_outcome(outcome.data))

    def check_definition(self, source: Path) -> list[Problem]:
        """Judge content by the formats' rules and its own template file alone."""
        if source.suffix in self.suffixes and read_source(source).part == "events":
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
        if source.suffix in self.suffixes:
            claims = claims_of_text(read_source(source))
        else:
            claims = claims_of_binary(self._binary(source))
        return list(check_supply(claims, supplied, str(release)))

    def check_outcome(
        self, source: Path, release: Release, tree: Path, outcome: Outcome
    ) -> list[Problem]:
        """Compare each event's matches with its `expect`, where the source has one."""
        if source.suffix not in self.suffixes:
            return []
        supplied = load_release(tree / "releases" / f"{release.name}.toml")
        events = read_source(source).events or ()
        return list(check_expected(events, supplied, str(release), self.describe(outcome)))

    def _bytes(self, source: Path) -> bytes:
        if source.suffix in self.suffixes:
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
