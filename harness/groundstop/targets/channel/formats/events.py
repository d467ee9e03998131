# SPDX-License-Identifier: Apache-2.0
"""Events and bundles: a testcase, as tests and campaigns store it."""

from __future__ import annotations

from groundstop.format import (
    Record,
    array,
    constant,
    count,
    enum,
    fits,
    integer,
    key,
    part,
    same,
    size,
    u8,
    u16,
    u32,
    u64,
    union,
)
from groundstop.targets.channel.formats.channel import ChannelFile
from groundstop.targets.channel.formats.criteria import Text
from groundstop.targets.channel.formats.templates import TemplateFile
from groundstop.targets.channel.formats.vocabulary import MAX_EVENTS, InputKind, ValueKind

_INPUT_OF_VALUE = {ValueKind.BYTES: InputKind.BYTES, ValueKind.INTEGER: InputKind.INTEGER}


class Number(Record):
    """An integer value."""

    number: int = integer(u64)


class Value(Record):
    """What an event has for one input."""

    kind: ValueKind = enum(u8, ValueKind, usual=fits("type_id.inputs.#.kind", _INPUT_OF_VALUE))
    body: Text | Number | None = union(
        "kind",
        {ValueKind.ABSENT: None, ValueKind.BYTES: Text, ValueKind.INTEGER: Number},
        rule="`absent` (empty); `bytes`: text; `integer`: number",
    )


class Event(Record):
    """What a sensor saw: one value for each input of its type."""

    type_id: int = integer(u32, usual=key("templates.types.type_id"), rule="a type of the release")
    value_count: int = count(
        u16,
        of="values",
        usual=same("type_id.input_count"),
        rule="the sensor supplies as many as its code says: "
        "fewer are filled up as absent, more are dropped",
    )
    values: list[Value] = array(Value, count="value_count")


class Events(Record):
    """What a sensor saw, in order."""

    magic: bytes = constant(b"GSEV")
    version: int = constant(1, u16)
    event_count: int = count(u16, of="events", rule=f"the first {MAX_EVENTS} are used")
    events: list[Event] = array(Event, count="event_count")


class Bundle(Record, root=True):
    """One testcase."""

    magic: bytes = constant(b"GSBD")
    templates_size: int = size(u32, of="templates", rule="bytes of the template file")
    channel_size: int = size(u32, of="channel", rule="bytes of the channel file")
    events_size: int = size(u32, of="events", rule="bytes of the events")
    templates: TemplateFile = part(
        TemplateFile, size="templates_size", rule="a template file", weight=0.01
    )
    channel: ChannelFile = part(ChannelFile, size="channel_size", rule="a channel file")
    events: Events = part(Events, size="events_size", rule="events")
