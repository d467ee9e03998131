# SPDX-License-Identifier: Apache-2.0
"""Read template types: a source's own, or those of the template source that it names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import SourceError
from groundstop.targets.channel.formats import MAX_INPUTS, MAX_TYPES, InputKind
from groundstop.targets.channel.source.document import Document, Table, read_document
from groundstop.targets.channel.source.model import InputText, TypeText

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ["read_types", "unique"]


def read_types(root: Table) -> tuple[TypeText, ...]:
    """Return the types that a source's instances and events may use, by ascending id."""
    if "templates" not in root.values:
        return _own_types(root)
    if "type" in root.values:
        raise root.error("a source has either types of its own or `templates`", "templates")
    path = Path(os.path.normpath(root.document.path.parent / root.string("templates")))
    try:
        document = read_document(path)
    except SourceError as error:
        if path.is_file():
            raise
        raise root.error(f"{path} {error.message}", "templates") from error
    types = _own_types(document.root)
    if not types:
        raise root.error(f"{path} declares no types", "templates")
    return types


def _own_types(root: Table) -> tuple[TypeText, ...]:
    types = [_type(table) for table in root.tables("type")]
    if len(types) > MAX_TYPES:
        at = types[MAX_TYPES].at
        raise root.document.error(f"a template file has at most {MAX_TYPES} types", at)
    unique(root.document, "id", ((t.type_id, (*t.at, "id")) for t in types))
    unique(root.document, "name", ((t.name, (*t.at, "name")) for t in types))
    return tuple(sorted(types, key=lambda t: t.type_id))


def _type(table: Table) -> TypeText:
    table.close(("id", "name", "inputs"))
    table.require("inputs")
    inputs = [_input(entry) for entry in table.tables("inputs")]
    if not 1 <= len(inputs) <= MAX_INPUTS:
        raise table.error(f"a type has 1 to {MAX_INPUTS} inputs, not {len(inputs)}", "inputs")
    names = ((entry.name, (*table.at, "inputs", i, "name")) for i, entry in enumerate(inputs))
    unique(table.document, "name", names)
    return TypeText(
        table.document, table.at, table.integer("id", 1, 32), table.name(), tuple(inputs)
    )


def _input(table: Table) -> InputText:
    table.close(("name", "kind"))
    kind = table.string("kind")
    known = {member.name.lower(): member for member in InputKind}
    if kind not in known:
        raise table.error(f"kind must be {' or '.join(known)}, not {kind!r}", "kind")
    return InputText(table.name(), known[kind])


def unique(
    document: Document, what: str, values: Iterable[tuple[Hashable, tuple[str | int, ...]]]
) -> None:
    """Refuse the second of two equal values, with the place of the first."""
    seen: dict[Hashable, tuple[str | int, ...]] = {}
    for value, at in values:
        if value in seen:
            shown = value.decode() if isinstance(value, bytes) else value
            line = document.where(seen[value]).line
            raise document.error(f"{what} {shown} is taken already, in line {line}", at)
        seen[value] = at
