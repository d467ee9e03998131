# SPDX-License-Identifier: Apache-2.0
"""Where each key of a TOML text is: what tomllib does not tell."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["Path", "dotted", "line_numbers"]

Path = tuple[str | int, ...]
"""Keys and array positions from the root of a document: `("instance", 0, "match", "port")`."""

_VALUES = {"inline_table", "array"}
_KEYS = {"bare_key", "quoted_key", "dotted_key"}


def dotted(path: Path) -> str:
    """Write a path as people do: `instance[0].match.port`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def line_numbers(text: str) -> dict[Path, int]:
    """Return the 1-based line on which each key, table and array element of `text` begins.

    `text` is a document that tomllib accepts; of any other, what can be made out.
    """
    # Parsing for lines happens only when there is something to say about them.
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
    return walk.lines


class _Walk:
    """Follows the headers of a document as tomllib does, noting lines."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}  # of arrays of tables, so far

    def table(self, node: Node) -> None:
        """`[a.b]` or `[[a.b]]` with the pairs below it."""
        header = next((child for child in node.children if child.type in _KEYS), None)
        keys = _keys(header)
        at = self._resolve(keys)
        if node.type == "table_array_element":
            index = self.lengths.get(at, 0)
            self.lengths[at] = index + 1
            self._note(at, node)
            at = (*at, index)
        self._note(at, node)
        for child in node.children:
            if child.type == "pair":
                self.value(at, child)

    def value(self, base: Path, pair: Node) -> None:
        """`key = value`, and what is inside the value; a stack, as depth is the author's."""
        pending = [(base, pair)]
        while pending:
            base, node = pending.pop()
            if node.type == "pair":
                for key in _keys(next((c for c in node.children if c.type in _KEYS), None)):
                    base = (*base, key)
                    self._note(base, node)
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

    def _note(self, path: Path, node: Node) -> None:
        self.lines.setdefault(path, node.start_point[0] + 1)


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
