# SPDX-License-Identifier: Apache-2.0
"""A testcase of the channel target with something of everything in it."""

from __future__ import annotations

from groundstop.targets.channel.formats import (
    Bundle,
    ByteClass,
    ChannelFile,
    Criterion,
    CriterionKind,
    Event,
    Events,
    Input,
    InputKind,
    Insn,
    Instance,
    Number,
    Op,
    Pattern,
    Program,
    Range,
    Severity,
    TemplateFile,
    TemplateType,
    Text,
    Value,
    ValueKind,
)

_INTEGERS = {3, 7}  # of the inputs of the type `ipc`


def _kind(index: int) -> InputKind:
    return InputKind.INTEGER if index in _INTEGERS else InputKind.BYTES


def _types() -> list[TemplateType]:
    process = [
        Input(kind=InputKind.BYTES, name=b"image"),
        Input(kind=InputKind.BYTES, name=b"command_line"),
        Input(kind=InputKind.INTEGER, name=b"parent"),
    ]
    ipc = [Input(kind=_kind(index), name=b"input %d" % index) for index in range(21)]
    return [
        TemplateType(type_id=1, name=b"process", inputs=process),
        TemplateType(type_id=8, name=b"ipc", inputs=ipc),
    ]


def text(index: int, kind: CriterionKind, value: bytes) -> Criterion:
    return Criterion(input=index, kind=kind, body=Text(bytes_=value))


def _instances(name: bytes) -> list[Instance]:
    numbers = Criterion(input=2, kind=CriterionKind.RANGE, body=Range(low=4, high=500))
    pattern = Criterion(input=1, kind=CriterionKind.PATTERN, body=Pattern(program=0))
    wildcard = Criterion(input=20, kind=CriterionKind.ANY, body=None)
    return [
        Instance(
            instance_id=1,
            type_id=1,
            input_count=3,
            severity=Severity.HIGH,
            name=name,
            criteria=[text(0, CriterionKind.SUFFIX, b"powershell.exe"), pattern, numbers],
        ),
        Instance(
            instance_id=2,
            type_id=8,
            input_count=21,
            severity=Severity.MEDIUM,
            name=b"pipe",
            criteria=[text(0, CriterionKind.PREFIX, rb"\pipe"), text(4, CriterionKind.GLOB, b"*")],
        ),
        Instance(
            instance_id=9,
            type_id=8,
            input_count=21,
            severity=Severity.LOW,
            name=b"other pipe",
            criteria=[text(0, CriterionKind.SUBSTRING, b"evil"), wildcard],
        ),
    ]


def _value(index: int) -> Value:
    if index in _INTEGERS:
        return Value(kind=ValueKind.INTEGER, body=Number(number=index))
    return Value(kind=ValueKind.BYTES, body=Text(bytes_=rb"\pipe\evil %d" % index))


def rich_bundle(name: bytes = b"encoded command") -> Bundle:
    """Return two types, three instances, a program and an event; it keeps every rule."""
    program = Program(
        insns=[Insn(op=Op.SPLIT, x=1, y=2), Insn(op=Op.CLASS, x=0), Insn(op=Op.MATCH)]
    )
    channel = ChannelFile(
        channel=291,
        classes=[ByteClass(bitmap=bytes(range(32)))],
        instances=_instances(name),
        programs=[program],
    )
    events = Events(events=[Event(type_id=8, values=[_value(index) for index in range(21)])])
    return Bundle(templates=TemplateFile(types=_types()), channel=channel, events=events)
