# SPDX-License-Identifier: Apache-2.0
"""Where each key of a TOML text is: what tomllib does not tell."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["Path", "Place", "Span", "dotted", "places"]

Path = tuple[str | int, ...]
"""Keys and array positions from the root of a document: `("instance", 0, "match", "port")`."""


class Span(NamedTuple):
    """From where to where something is written: 1-based line, 0-based bytes of lines."""

    line: int
    start: int
    end_line: int
    end: int


class Place(NamedTuple):
    """Where a key and its value are written; the same for a header or an element of an array."""

    key: Span
    value: Span


_VALUES = {"inline_table", "array"}
_KEYS = {"bare_key", "quoted_key", "dotted_key"}


def dotted(path: Path) -> str:
    """Write a path as people do: `instance[0].match.port`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def places(text: str) -> dict[Path, Place]:
    """Return where each key, table and array element of `text` is written.

    `text` is a document that tomllib accepts; of any other, what can be made out.
    """
    # Parsing for places happens only when there is something to say about them.
    from tree_sitter import Language, Parser
    from tree_sitter_toml import language

    tree = Parser(Language(language())).parse(text.encode())
    walk = _Walk()
    for child in tree.root_node.children:
        match child.type:
            case "pair":
                walk.value((), child)
            case "table" | "table_array_element":
                walk.table(child)
    return walk.places


class _Walk:
    """Follows the headers of a document as tomllib does, noting places."""

    def __init__(self) -> None:
        self.places: dict[Path, Place] = {}
        self.lengths: dict[Path, int] = {}  # of arrays of tables, so far

    def table(self, node: Node) -> None:
        """`[a.b]` or `[[a.b]]` with the pairs below it."""
        header = next((child for child in node.children if child.type in _KEYS), None)
        keys = _keys(header)
        at = self._resolve(keys)
        if node.type == "table_array_element":
            index = self.lengths.get(at, 0)
            self.lengths[at] = index + 1
            self._note(at, header or node)
            at = (*at, index)
        self._note(at, header or node)
        for child in node.children:
            if child.type == "pair":
                self.value(at, child)

    def value(self, base: Path, pair: Node) -> None:
        """`key = value`, and what is inside the value; a stack, as depth is the author's."""
        pending = [(base, pair)]
        while pending:
            base, node = pending.pop()
            if node.type == "pair":
                written = next((c for c in node.children if c.type in _KEYS), None)
                for key in _keys(written):
                    base = (*base, key)
                    self._note(base, written or node, node.named_children[-1])
                pending += [(base, c) for c in node.children if c.type in _VALUES]
            elif node.type == "inline_table":
                pending += [(base, c) for c in node.children if c.type == "pair"]
            else:
                for index, element in enumerate(_elements(node)):
                    self._note((*base, index), element)
                    if element.type in _VALUES:
                        pending.append(((*base, index), element))

    def _resolve(self, keys: list[str]) -> Path:
        """Return where a header points: through an array of tables, into its last element."""
        at: Path = ()
        for position, key in enumerate(keys):
            at = (*at, key)
            if position + 1 < len(keys) and at in self.lengths:
                at = (*at, self.lengths[at] - 1)
        return at

    def _note(self, path: Path, key: Node, value: Node | None = None) -> None:
        if path not in self.places:
            self.places[path] = Place(_span(key), _span(value or key))


def _span(node: Node) -> Span:
    (line, start), (end_line, end) = node.start_point, node.end_point
    return Span(line + 1, start, end_line + 1, end)


def _elements(array: Node) -> Iterator[Node]:
    return (child for child in array.children if child.is_named and child.type != "comment")


def _keys(node: Node | None) -> list[str]:
    """Return the parts of a key; tomllib itself takes quotes and escapes apart."""
    if node is None or node.text is None:
        return []
    try:
        table: object = tomllib.loads(f"{node.text.decode()} = 0")
    except tomllib.TOMLDecodeError:
        return []
    keys = []
    while isinstance(table, dict):
        key = next(iter(table))
        keys.append(key)
        table = table[key]
    return keys
