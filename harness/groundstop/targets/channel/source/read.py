# SPDX-License-Identifier: Apache-2.0
"""Read a text source: a template file, a channel file, events, or a testcase of all three."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import MAX_EVENTS, MAX_INSTANCES, InputKind, Severity
from groundstop.targets.channel.source.criteria import read_criteria
from groundstop.targets.channel.source.document import Table, read_document, words
from groundstop.targets.channel.source.mistakes import FollowsError, Mistakes
from groundstop.targets.channel.source.model import EventText, InstanceText, Source
from groundstop.targets.channel.source.recognize import TOP_KEYS
from groundstop.targets.channel.source.templates import Types, read_types, unique
from groundstop.targets.channel.source.values import (
    byte_string,
    input_index,
    is_integer,
    number,
)
from groundstop.targets.channel.source.waivers import read_waivers
from groundstop.words import near

if TYPE_CHECKING:
    import pathlib

    from groundstop.targets.channel.source.locate import Path
    from groundstop.targets.channel.source.model import CriterionText, TypeText

__all__ = ["read_source"]

_SEVERITIES = {member.name.lower(): member for member in Severity}


def read_source(path: pathlib.Path) -> Source:
    """Read and check a source in itself; raise SourceError with file, line and field.

    Several mistakes are one MistakesError.  No release is asked.
    """
    mistakes = Mistakes()
    source: Source | None = None
    with mistakes.at_most_enough():
        source = _source(path, mistakes)
    mistakes.raise_any(path)
    assert source is not None  # noqa: S101  (or there is a mistake)
    return source


def _source(path: pathlib.Path, mistakes: Mistakes) -> Source:
    document = read_document(path, mistakes)
    root = document.root
    root.close(TOP_KEYS)
    types = read_types(root)
    instances = _instances(root, types)
    events = _events(root, types) if "event" in root.values else None
    channel = None
    with mistakes.noting():
        channel = root.integer("channel", 0, 32) if "channel" in root.values else None
    if not mistakes.known_in(path):
        with mistakes.noting():
            _check_whole(root, types, channel)
    waivers = [*read_waivers(root, None)]
    for instance in instances:
        waivers += read_waivers(instance.table, instance.criteria)
    return Source(document, types.types, channel, instances, events, tuple(waivers))


def _check_whole(root: Table, types: Types, channel: int | None) -> None:
    """Refuse a source that lacks what would make it anything."""
    if channel is not None:
        return
    if root.values.get("instance"):
        message = "a source with instances needs the channel's number: channel = ..."
        raise root.error(message)
    if "templates" in root.values and "event" not in root.values:
        message = "names templates but holds neither instances nor events"
        raise root.key_error(message, "templates")
    if not types.types:
        raise root.error("holds no [[type]], no channel and no [[event]]")


def _instances(root: Table, types: Types) -> tuple[InstanceText, ...]:
    mistakes, document = root.mistakes, root.document
    tables = list(root.tables("instance"))
    if len(tables) > MAX_INSTANCES:
        at = tables[MAX_INSTANCES].at
        message = f"a channel file has at most {MAX_INSTANCES} instances"
        mistakes.note(document.error(message, at))
    ids: list[tuple[int, Path]] = []
    read = [_instance(table, types, ids) for table in tables[:MAX_INSTANCES]]
    unique(document, "id", ids)
    return tuple(sorted(filter(None, read), key=lambda i: i.instance_id))


def _instance(table: Table, types: Types, ids: list[tuple[int, Path]]) -> InstanceText | None:
    attempt = table.mistakes.attempt
    table.close(("id", "name", "type", "severity", "match", "waive"))
    instance_id = attempt(lambda: table.integer("id", 1, 32))
    if instance_id is not None:
        ids.append((instance_id, (*table.at, "id")))
    name = attempt(table.name)
    of = attempt(lambda: types.of(table))
    severity = attempt(lambda: table.choice("severity", _SEVERITIES))
    criteria = attempt(lambda: _match(table, of))
    if instance_id is None or name is None or of is None or severity is None or criteria is None:
        return None
    return InstanceText(
        table=table,
        instance_id=instance_id,
        name=name,
        type=of,
        severity=_SEVERITIES[severity],
        criteria=criteria,
    )


def _match(table: Table, of: TypeText | None) -> tuple[CriterionText, ...]:
    table.require("match")
    match = table.table("match")
    if of is None:
        raise FollowsError
    return read_criteria(match, of)


def _events(root: Table, types: Types) -> tuple[EventText, ...]:
    tables = list(root.tables("event"))
    if len(tables) > MAX_EVENTS:
        message = f"only the first {MAX_EVENTS} events are ever used"
        root.mistakes.note(root.document.error(message, tables[MAX_EVENTS].at))
    return tuple(filter(None, (_event(table, types) for table in tables[:MAX_EVENTS])))


def _event(table: Table, types: Types) -> EventText | None:
    attempt = table.mistakes.attempt
    table.close(("type", "expect", "values"))
    of = attempt(lambda: types.of(table))
    given = attempt(lambda: table.table("values"))
    expect: tuple[int, ...] | None = None
    with table.mistakes.noting():
        expect = _expect(table)
    if of is None or given is None:
        return None
    values: list[bytes | int | None] = [None] * len(of.inputs)
    for name in given.values:
        with table.mistakes.noting():
            index = input_index(given, name, of)
            values[index] = _value(given, name, of.inputs[index].kind)
    return EventText(table.document, table.at, of, tuple(values), expect)


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
    if not isinstance(written, list) or not all(is_integer(entry) for entry in written):
        raise table.error("expect must be an array of instance ids", "expect")
    instances = table.document.root.values.get("instance")
    of_all = [
        entry.get("id")
        for entry in (instances if isinstance(instances, list) else ())
        if isinstance(entry, dict)
    ]
    known = {entry for entry in of_all if is_integer(entry)}
    if table.document.lost or len(known) < len(of_all):
        return None
    for index, entry in enumerate(written):
        if entry not in known:
            at = (*table.at, "expect", index)
            hint = near(str(entry), map(str, sorted(known)))
            message = f"no instance of this source has the id {entry} ({hint})"
            table.mistakes.note(table.document.error(message, at))
    return tuple(sorted(written))
