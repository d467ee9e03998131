# SPDX-License-Identifier: Apache-2.0
"""The channel target's content toolchain: what the framework can do with its content."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from groundstop.errors import InputError, SourceError, SourceLocation
from groundstop.files import read_input
from groundstop.target import NoElementsError, Problem, Waiver, is_source
from groundstop.targets.channel.build import build_part
from groundstop.targets.channel.bundle import Binary, Parts, part_of
from groundstop.targets.channel.checks import check_format, check_supply
from groundstop.targets.channel.claims import claims_of_binary, claims_of_text
from groundstop.targets.channel.elements import (
    binary_places,
    elements_of,
    parts_of,
    text_places,
)
from groundstop.targets.channel.expectations import check_expected, judged_events
from groundstop.targets.channel.formats import (
    Bundle,
    Events,
    Input,
    InputKind,
    TemplateFile,
    TemplateType,
)
from groundstop.targets.channel.kept import KeptSources
from groundstop.targets.channel.readable import event_line, events_text, show
from groundstop.targets.channel.releases import SuppliedType, load_release
from groundstop.targets.channel.sense import check_sense
from groundstop.targets.channel.source import looks_like_a_source, named_templates, read_source
from groundstop.targets.channel.status import describe_outcome
from groundstop.targets.channel.synthesis import synthesize
from groundstop.toolchain import native_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from groundstop.model import Outcome, Release
    from groundstop.target import Element, OutcomeCheck, Part, Synthesis
    from groundstop.targets.channel.elements import Places
    from groundstop.targets.channel.kept import KeptSource
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["ChannelContent"]

_KEPT = 4  # contents, or releases of one, whose events are kept for the next to ask


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
        self._sources = KeptSources()
        self._made: dict[tuple[bytes, str], Synthesis] = {}

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
        """Judge content by the formats' rules, its own template file and what it says alone."""
        if is_source(self, source) and self._kept(source).source.part == "events":
            where = SourceLocation(source, 1)
            return [
                Problem(
                    "nothing-ships",
                    "has events alone: neither types nor instances, nothing that ships",
                    where,
                    "add what the events are for: `channel` and `[[instance]]`, or `[[type]]`",
                )
            ]
        binary = self._binary(source)
        problems = list(check_format(binary, binary.given))
        try:
            parts = [] if problems else self.parts(source)
        except NoElementsError:
            return problems
        if not problems:
            channel = binary.decoded.value.channel
            problems += check_sense(channel, parts, self._channel_place(source))
        return problems

    def check_release(self, source: Path, release: Release, tree: Path) -> list[Problem]:
        """Judge content by what the release's code supplies, as `tree`/releases says."""
        supplied = _supplied(release, tree)
        if is_source(self, source):
            claims = claims_of_text(self._kept(source).source)
        else:
            claims = claims_of_binary(self._binary(source))
        return list(check_supply(claims, supplied, str(release)))

    def check_outcome(self, source: Path, check: OutcomeCheck) -> list[Problem] | None:
        """Compare each event's matches with its `expect`, where the source has one."""
        if not is_source(self, source):
            return None
        supplied = _supplied(check.release, check.tree)
        text = self._kept(source).source
        if not judged_events(text.events or (), supplied):
            return None

        def alone(number: int) -> Outcome | None:
            return check.run(self.pick_event(self.testcase(source), number))

        return list(check_expected(text, supplied, str(check.release), check.outcome, alone))

    def elements(self, source: Path) -> list[Element]:
        """Return the criteria of a channel file, numbered as the core does."""
        binary, places = self._covered(source)
        return list(elements_of(binary, places.criteria))

    def parts(self, source: Path) -> list[Part]:
        """Return the instances of a channel file."""
        binary, places = self._covered(source)
        return list(parts_of(binary, places.instances))

    def synthesize(self, source: Path, release: Release, tree: Path) -> Synthesis:
        """Make events that reach every criterion on `release`, as far as any event does."""
        binary, places = self._covered(source)
        bundle = binary.decoded.value
        supplied = _supplied(release, tree)
        used = {instance.type_id for instance in bundle.channel.instances}
        # Releases that lack nothing get the same events.
        lacks = any(supplied.find_type(each) is None for each in used)
        key = (binary.testcase, release.name if lacks else "")
        if key not in self._made:
            if len(self._made) == _KEPT:
                self._made.clear()
            elements = list(elements_of(binary, places.criteria))
            self._made[key] = synthesize(binary.testcase, bundle, elements, supplied)
        return self._made[key]

    def pick_event(self, testcase: bytes, number: int) -> bytes:
        """Return an intact bundle with one of its events alone."""
        parts = _intact(testcase)
        event = Events.parse(parts.events).events[number]
        return parts._replace(events=Events(events=[event]).build()).join()

    def show_event(self, testcase: bytes, number: int) -> str:
        """Return one event of an intact bundle in one line."""
        parts = _intact(testcase)
        types = TemplateFile.parse(parts.templates).types
        return event_line(Events.parse(parts.events).events[number], types)

    def write_events(self, testcase: bytes, notes: Sequence[str] = ()) -> str:
        """Return the events of an intact bundle as a text source of their own."""
        return events_text(Bundle.parse(testcase), notes)

    def unevaluated(self, testcase: bytes, release: Release, tree: Path) -> str:
        """Say which types a release lacks, where a bundle has events of no other."""
        parts = Parts.split(testcase)
        decoded = Events.decode(parts.events) if parts else None
        if decoded is None or decoded.problem or not decoded.value.events:
            return ""
        used = dict.fromkeys(event.type_id for event in decoded.value.events)
        supplied = _supplied(release, tree)
        if any(supplied.find_type(type_id) for type_id in used):
            return ""
        names = {each.type_id: each.name.decode() for each in self.default_types.types}
        return f"no type {' or '.join(names.get(each, str(each)) for each in used)}"

    def waivers(self, source: Path) -> list[Waiver]:
        """Return what a text source waives."""
        return [
            Waiver(each.rule, each.subject, each.reason, each.where, each.outcome)
            for each in self._kept(source).source.waivers
        ]

    def _covered(self, source: Path) -> tuple[Binary, Places]:
        """Return an intact testcase and its places; raise for what has none or is broken."""
        binary = self._binary(source)
        if is_source(self, source):
            text = self._kept(source).source
            if text.channel is None:
                message = "has no channel: content coverage counts the criteria of instances"
                raise NoElementsError(message, SourceLocation(source, 1))
            places = text_places(text)
        elif binary.part not in {"channel", "bundle"}:
            raise NoElementsError(
                f"is a file of {binary.part}: content coverage counts the criteria of "
                "a channel file",
                SourceLocation(source, 0),
            )
        else:
            places = binary_places(binary)
        if problem := binary.decoded.problem:
            raise InputError(f"{source}: no release loads it: {problem}")
        return binary, places

    def _channel_place(self, source: Path) -> SourceLocation | str:
        if is_source(self, source):
            return self._kept(source).source.document.where(("channel",), key=True)
        return str(source)

    def _kept(self, source: Path) -> KeptSource:
        return self._sources.read(source, self.default_types)

    def _binary(self, source: Path) -> Binary:
        if is_source(self, source):
            return self._kept(source).binary
        return Binary(read_input(source), self.default_types)


def _intact(testcase: bytes) -> Parts:
    parts = Parts.split(testcase)
    if parts is None:
        raise InputError("the testcase is no bundle: it has no events")
    return parts


def _supplied(release: Release, tree: Path) -> SuppliedRelease:
    return load_release(tree / "releases" / f"{release.name}.toml")


def _version(path: Path) -> tuple[tuple[int, ...], str]:
    """Sort 7.9 before 7.10."""
    return tuple(int(number) for number in re.findall(r"\d+", path.stem)), path.stem


def _definition(supplied: SuppliedType) -> TemplateType:
    inputs: Iterable[Input] = (
        Input(kind=InputKind[entry.kind.upper()], name=entry.name.encode())
        for entry in supplied.inputs
    )
    return TemplateType(type_id=supplied.type_id, name=supplied.name.encode(), inputs=list(inputs))
