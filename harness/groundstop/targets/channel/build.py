# SPDX-License-Identifier: Apache-2.0
"""From a text source to the records of formats.py, and so to bytes: the same ones every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.errors import GroundstopError
from groundstop.targets.channel.formats import (
    MAX_CLASSES,
    MAX_FILE,
    MAX_PROGRAMS,
    Bundle,
    ByteClass,
    ChannelFile,
    Criterion,
    CriterionFlags,
    CriterionKind,
    Event,
    Events,
    Input,
    Insn,
    Instance,
    Number,
    Pattern,
    Program,
    Range,
    TemplateFile,
    TemplateType,
    Text,
    Value,
    ValueKind,
)
from groundstop.targets.channel.patterns import PatternError, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundstop.format import Record
    from groundstop.targets.channel.patterns import Program as Insns
    from groundstop.targets.channel.source import (
        CriterionText,
        EventText,
        InstanceText,
        Source,
        TypeText,
    )

__all__ = ["PARTS", "build_part", "channel_file", "events_of", "template_file", "value_of"]

PARTS = ("templates", "channel", "events", "bundle")
"""What a source can be compiled to, beside its natural part."""


def build_part(source: Source, part: str) -> bytes:
    """Return the bytes of one part; raise SourceError where the source cannot become it."""
    record = _record(source, part or source.part)
    data = record.build()
    if len(data) > MAX_FILE:
        raise source.document.root.error(f"compiles to {len(data)} bytes; {MAX_FILE} are allowed")
    return data


def _record(source: Source, part: str) -> Record:
    match part:
        case "templates":
            return template_file(source.types)
        case "channel":
            if source.channel is None:
                raise source.document.root.error("has no channel number, so it is no channel file")
            return channel_file(source)
        case "events":
            return events_of(source.events or ())
        case "bundle":
            return Bundle(
                templates=template_file(source.types),
                channel=channel_file(source),
                events=events_of(source.events or ()),
            )
    raise GroundstopError(f"a source has no part {part!r} (known: {', '.join(PARTS)})")


def template_file(types: Iterable[TypeText]) -> TemplateFile:
    """Return the template file that declares `types`."""
    return TemplateFile(
        types=[
            TemplateType(
                type_id=declared.type_id,
                name=declared.name,
                inputs=[Input(kind=entry.kind, name=entry.name) for entry in declared.inputs],
            )
            for declared in types
        ]
    )


def channel_file(source: Source) -> ChannelFile:
    """Return the channel file of a source; one without a channel gets an empty one, number 0.

    Programs and classes are numbered in the order of their first use, each kept once.
    """
    tables = _Tables()
    instances = [_instance(instance, tables) for instance in source.instances]
    return ChannelFile(
        channel=source.channel or 0,
        classes=[ByteClass(bitmap=members.to_bytes(32, "little")) for members in tables.classes],
        instances=instances,
        programs=[
            Program(insns=[Insn(op=i.op, arg=i.arg, x=i.x, y=i.y) for i in insns])
            for insns in tables.programs
        ],
    )


class _Tables:
    """The programs and classes that the criteria of one channel file share."""

    def __init__(self) -> None:
        self.programs: dict[Insns, int] = {}
        self.classes: dict[int, int] = {}

    def program(self, criterion: CriterionText) -> int:
        """Compile a pattern; return its program's number."""
        pattern = criterion.value
        if not isinstance(pattern, bytes):
            raise TypeError(f"a pattern is bytes, not {pattern!r}")
        at = (*criterion.at, "pattern")
        try:
            insns = compile_pattern(pattern, self._class)
        except PatternError as error:
            raise criterion.document.error(f"pattern {error}", at) from error
        if len(self.programs) == MAX_PROGRAMS and insns not in self.programs:
            raise criterion.document.error(f"a channel has at most {MAX_PROGRAMS} patterns", at)
        return self.programs.setdefault(insns, len(self.programs))

    def _class(self, members: int) -> int:
        if len(self.classes) == MAX_CLASSES and members not in self.classes:
            raise PatternError(f"has class number {MAX_CLASSES + 1}, more than a file can hold")
        return self.classes.setdefault(members, len(self.classes))


def _instance(instance: InstanceText, tables: _Tables) -> Instance:
    return Instance(
        instance_id=instance.instance_id,
        type_id=instance.type.type_id,
        input_count=len(instance.type.inputs),
        severity=instance.severity,
        name=instance.name,
        criteria=[_criterion(criterion, tables) for criterion in instance.criteria],
    )


def _criterion(criterion: CriterionText, tables: _Tables) -> Criterion:
    body: Text | Range | Pattern | None
    match criterion.kind, criterion.value:
        case CriterionKind.ANY, _:
            body = None
        case CriterionKind.PATTERN, _:
            body = Pattern(program=tables.program(criterion))
        case _, (low, high):
            body = Range(low=low, high=high)
        case _, bytes(text):
            body = Text(bytes_=text)
    flags = CriterionFlags.NOCASE if criterion.nocase else CriterionFlags(0)
    return Criterion(input=criterion.input, kind=criterion.kind, flags=flags, body=body)


def events_of(events: Iterable[EventText]) -> Events:
    """Return the events file; absent values are written too, so that inputs keep their place."""
    return Events(
        events=[
            Event(type_id=event.type.type_id, values=[value_of(value) for value in event.values])
            for event in events
        ]
    )


def value_of(value: bytes | int | None) -> Value:
    """Return an event's value for one input; None is an absent one."""
    if value is None:
        return Value(kind=ValueKind.ABSENT, body=None)
    if isinstance(value, int):
        return Value(kind=ValueKind.INTEGER, body=Number(number=value))
    return Value(kind=ValueKind.BYTES, body=Text(bytes_=value))
