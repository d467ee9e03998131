# SPDX-License-Identifier: Apache-2.0
"""Access to what a tolerant decode read, where anything may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstop.format import Node

__all__ = ["child", "elements", "number", "octets", "word"]


def child(node: Node | None, name: str) -> Node | None:
    """Return the field `name` of the record at `node`, None where decoding did not get there."""
    if node is None:
        return None
    return next((field for field in node.children if field.name == name), None)


def elements(node: Node | None, name: str) -> list[Node]:
    """Return the records of the array `name`, the last one perhaps cut off."""
    array = child(node, name)
    return (
        []
        if array is None
        else [element for element in array.children if element.record is not None]
    )


def number(node: Node | None, name: str) -> int | None:
    """Return an integer field that was read, else None."""
    field = child(node, name)
    return int(field.value) if field is not None and isinstance(field.value, int) else None


def octets(node: Node | None, name: str) -> bytes | None:
    """Return a bytes field that was read, else None."""
    field = child(node, name)
    return field.value if field is not None and isinstance(field.value, bytes) else None


def word(node: Node | None, name: str) -> str | None:
    """Return an enumeration's member in small letters, or the number that is none."""
    field = child(node, name)
    if field is None or not isinstance(field.value, int):
        return None
    return getattr(field.value, "name", str(field.value)).lower()
