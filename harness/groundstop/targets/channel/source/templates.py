# SPDX-License-Identifier: Apache-2.0
"""Read template types: a source's own, or those of the template source that it names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import InputError, SourceError
from groundstop.targets.channel.formats import MAX_INPUTS, MAX_TYPES, InputKind
from groundstop.targets.channel.source.document import Document, Table, quoted, read_document
from groundstop.targets.channel.source.mistakes import FollowsError
from groundstop.targets.channel.source.model import InputText, TypeText
from groundstop.words import near

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ["Types", "read_types", "unique"]

_KINDS = {member.name.lower(): member for member in InputKind}


class Types:
    """The types that a source may use; not all are `known` where there are mistakes in them."""

    def __init__(
        self, types: tuple[TypeText, ...], document: Document, *, known: bool = True
    ) -> None:
        self.types = types
        self._by_name = {each.name: each for each in types}
        self._document = document
        self._known = known

    def of(self, table: Table) -> TypeText:
        """Return the type that an instance or an event names."""
        name = table.string("type")
        found = self._by_name.get(name.encode())
        if found is not None:
            return found
        written = self._document.root.values.get("type")
        declared = [
            entry.get("name")
            for entry in (written if isinstance(written, list) else ())
            if isinstance(entry, dict)
        ]
        if not self._known or self._document.lost or name in declared:
            raise FollowsError
        if not self.types:
            message = 'there are no types: name their file at the top, templates = "..."'
            raise table.error(message, "type")
        hint = near(name, sorted(entry.decode() for entry in self._by_name))
        raise table.error(f"no type {quoted(name)} in the templates ({hint})", "type")


def read_types(root: Table) -> Types:
    """Return the types that a source's instances and events may use; note what is wrong."""
    if "templates" not in root.values:
        return Types(_own_types(root), root.document)
    if "type" in root.values:
        message = "a source has either types of its own or `templates`"
        root.mistakes.note(root.key_error(message, "templates"))
        return Types((), root.document, known=False)
    types = root.mistakes.attempt(lambda: _named_types(root))
    return types or Types((), root.document, known=False)


def _named_types(root: Table) -> Types:
    """Return the types of the file that the source names."""
    mistakes = root.mistakes
    path = Path(os.path.normpath(root.document.path.parent / root.string("templates")))
    try:
        document = read_document(path, mistakes)
    except InputError as error:
        raise root.error(f"{path} {_said(error)}{_near_file(path)}", "templates") from error
    types = _own_types(document.root)
    if not (types or mistakes.known_in(path)):
        raise root.error(f"{path} declares no types", "templates")
    return Types(types, document)


def _said(error: InputError) -> str:
    return error.message if isinstance(error, SourceError) else str(error)


def _near_file(path: Path) -> str:
    """Return which file of the same folder was probably meant, as the end of a message."""
    try:
        names = sorted(each.name for each in path.parent.iterdir() if each.suffix == ".toml")
        missing = not path.exists()
    except (OSError, ValueError):
        return ""
    return f" ({near(path.name, names)})" if missing and names else ""


def _own_types(root: Table) -> tuple[TypeText, ...]:
    mistakes, document = root.mistakes, root.document
    tables = list(root.tables("type"))
    types: list[TypeText] = []
    for table in tables[:MAX_TYPES]:
        with mistakes.noting():
            types.append(_type(table))
    if len(tables) > MAX_TYPES:
        at = tables[MAX_TYPES].at
        mistakes.note(document.error(f"a template file has at most {MAX_TYPES} types", at))
    unique(document, "id", ((t.type_id, (*t.at, "id")) for t in types))
    unique(document, "name", ((t.name, (*t.at, "name")) for t in types))
    return tuple(sorted(types, key=lambda t: t.type_id))


def _type(table: Table) -> TypeText:
    attempt = table.mistakes.attempt
    table.close(("id", "name", "inputs"))
    type_id = attempt(lambda: table.integer("id", 1, 32))
    name = attempt(table.name)
    inputs = attempt(lambda: _inputs(table))
    if type_id is None or name is None or inputs is None:
        raise FollowsError
    return TypeText(table.document, table.at, type_id, name, inputs)


def _inputs(table: Table) -> tuple[InputText, ...]:
    table.require("inputs")
    tables = list(table.tables("inputs"))
    if not 1 <= len(tables) <= MAX_INPUTS:
        raise table.error(f"a type has 1 to {MAX_INPUTS} inputs, not {len(tables)}", "inputs")
    read = [_input(entry) for entry in tables]
    inputs = tuple(entry for entry in read if entry is not None)
    if len(inputs) < len(read):
        raise FollowsError
    names = ((entry.name, (*table.at, "inputs", i, "name")) for i, entry in enumerate(inputs))
    unique(table.document, "name", names)
    return inputs


def _input(table: Table) -> InputText | None:
    attempt = table.mistakes.attempt
    table.close(("name", "kind"))
    name = attempt(table.name)
    kind = attempt(lambda: table.choice("kind", _KINDS))
    return None if name is None or kind is None else InputText(name, _KINDS[kind])


def unique(
    document: Document, what: str, values: Iterable[tuple[Hashable, tuple[str | int, ...]]]
) -> None:
    """Note the second of two equal values, with the place of the first."""
    seen: dict[Hashable, tuple[str | int, ...]] = {}
    for value, at in values:
        if value in seen:
            shown = value.decode() if isinstance(value, bytes) else value
            line = document.where(seen[value]).line
            message = f"{what} {shown} is taken already, in line {line}"
            document.mistakes.note(document.error(message, at))
        else:
            seen[value] = at
