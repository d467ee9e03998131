# SPDX-License-Identifier: Apache-2.0
"""Read a text source: a template file, a channel file, events, or a testcase of all three."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import MAX_EVENTS, MAX_INSTANCES, InputKind, Severity
from groundstop.targets.channel.source.criteria import read_criteria
from groundstop.targets.channel.source.document import Table, read_document, words
from groundstop.targets.channel.source.model import EventText, InstanceText, Source, TypeText
from groundstop.targets.channel.source.templates import read_types, unique
from groundstop.targets.channel.source.values import (
    byte_string,
    input_index,
    is_integer,
    number,
)

if TYPE_CHECKING:
    import pathlib

__all__ = ["read_source"]

_SEVERITIES = {member.name.lower(): member for member in Severity}


def read_source(path: pathlib.Path) -> Source:
    """Read and check a source in itself; raise SourceError with file, line and field.

    Patterns are not compiled here, and no release is asked.
    """
    document = read_document(path)
    root = document.root
    root.close(("templates", "type", "channel", "instance", "event"))
    types = read_types(root)
    by_name = {t.name: t for t in types}
    instances = _instances(root, by_name)
    events = _events(root, by_name) if "event" in root.values else None
    channel = root.integer("channel", 0, 32) if "channel" in root.values else None
    if instances and channel is None:
        raise root.error("a source with instances needs the channel's number: channel = ...")
    if channel is None and "templates" in root.values and events is None:
        raise root.error("names templates but holds neither instances nor events", "templates")
    if not types and channel is None:
        raise root.error("holds no [[type]], no channel and no [[event]]")
    return Source(document, types, channel, instances, events)


def _type_of(table: Table, types: dict[bytes, TypeText]) -> TypeText:
    name = table.string("type")
    if name.encode() not in types:
        if not types:
            raise table.error(
                'there are no types: name their file at the top, templates = "..."', "type"
            )
        known = ", ".join(sorted(entry.decode() for entry in types))
        raise table.error(f"no type {name!r} in the templates (they have {known})", "type")
    return types[name.encode()]


def _instances(root: Table, types: dict[bytes, TypeText]) -> tuple[InstanceText, ...]:
    instances = [_instance(table, types) for table in root.tables("instance")]
    if len(instances) > MAX_INSTANCES:
        at = instances[MAX_INSTANCES].at
        raise root.document.error(f"a channel file has at most {MAX_INSTANCES} instances", at)
    unique(root.document, "id", ((i.instance_id, (*i.at, "id")) for i in instances))
    return tuple(sorted(instances, key=lambda i: i.instance_id))


def _instance(table: Table, types: dict[bytes, TypeText]) -> InstanceText:
    table.close(("id", "name", "type", "severity", "match"))
    of = _type_of(table, types)
    severity = table.string("severity")
    if severity not in _SEVERITIES:
        raise table.error(f"severity must be one of {', '.join(_SEVERITIES)}", "severity")
    table.require("match")
    return InstanceText(
        document=table.document,
        at=table.at,
        instance_id=table.integer("id", 1, 32),
        name=table.name(),
        type=of,
        severity=_SEVERITIES[severity],
        criteria=read_criteria(table.table("match"), of),
    )


def _events(root: Table, types: dict[bytes, TypeText]) -> tuple[EventText, ...]:
    events = tuple(_event(table, types) for table in root.tables("event"))
    if len(events) > MAX_EVENTS:
        at = events[MAX_EVENTS].at
        raise root.document.error(f"only the first {MAX_EVENTS} events are ever used", at)
    return events


def _event(table: Table, types: dict[bytes, TypeText]) -> EventText:
    table.close(("type", "expect", "values"))
    of = _type_of(table, types)
    given = table.table("values")
    values: list[bytes | int | None] = [None] * len(of.inputs)
    for name in given.values:
        index = input_index(given, name, of)
        values[index] = _value(given, name, of.inputs[index].kind)
    return EventText(table.document, table.at, of, tuple(values), _expect(table))


def _value(given: Table, name: str, kind: InputKind) -> bytes | int:
    written = given.values[name]
    if (kind is InputKind.INTEGER) is not is_integer(written):
        raise given.error(
            f"{name} is an input of kind {kind.name.lower()}, which {words(written)} is not", name
        )
    return number(given, name) if kind is InputKind.INTEGER else byte_string(given, name)


def _expect(table: Table) -> tuple[int, ...] | None:
    if "expect" not in table.values:
        return None
    written = table.values["expect"]
    known = {entry.get("id") for entry in table.document.root.values.get("instance", ())}
    if not isinstance(written, list) or not all(is_integer(entry) for entry in written):
        raise table.error("expect must be an array of instance ids", "expect")
    for index, entry in enumerate(written):
        if entry not in known:
            at = (*table.at, "expect", index)
            raise table.document.error(f"no instance of this source has the id {entry}", at)
    return tuple(sorted(written))
