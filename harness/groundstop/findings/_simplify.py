# SPDX-License-Identifier: Apache-2.0
"""Shrink an input by its format: elements, records, parts, bytes and numbers, not offsets.

What a field says about others (a count, a size, an offset, a checksum) is put right after
every change, as far as it was right to begin with: one that is wrong may be what the finding
needs, so it keeps its own value, is put right if that does not matter, and else gets smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from groundstop.errors import EncodeError
from groundstop.findings._shrink import Shrinker, clear, cut, lower
from groundstop.format import Index, Record

__all__ = ["simplify"]


def simplify(form: type[Record], shrinker: Shrinker) -> bool:
    """Shrink by `form`; return False for what this cannot do, damaged beyond the format.

    Raises EnoughError as `shrinker.consider` does.
    """
    root = form.decode(shrinker.best).value
    try:
        _release(root)
    except (EncodeError, AttributeError):
        return False
    simplifier = _Simplifier(root, shrinker)
    if not simplifier.holds():
        return False
    before = b""
    while before != shrinker.best:
        before = shrinker.best
        simplifier.round()
    return True


def _release(record: Record) -> None:
    """Forget every derived value that is as it would be computed, from the inside out."""
    for below in _below(record):
        _release(below)
    values = record.__dict__
    built = record.build(fix=False)
    for attribute, field in type(record).__fields__.items():
        if field.derived and attribute in values:
            value = values.pop(attribute)
            if record.build(fix=False) != built:
                values[attribute] = value


def _below(record: Record) -> Iterator[Record]:
    for value in list(record.__dict__.values()):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Record):
                yield item


def _all(record: Record) -> Iterator[Record]:
    yield record
    for below in _below(record):
        yield from _all(below)


class _Simplifier:
    """Changes the records below `root`, and takes back what does not show the finding."""

    def __init__(self, root: Record, shrinker: Shrinker) -> None:
        self._root = root
        self._shrinker = shrinker

    def holds(self) -> bool:
        try:
            return self._shrinker.consider(self._root.build(fix=False))
        except EncodeError:
            # What was tried does not fit the declaration: a fixed size, a number too large.
            return False

    def round(self) -> None:
        # The lists first, from the outside in: what is gone need not be made simple.
        for record in _all(self._root):
            for attribute, field in type(record).__fields__.items():
                if isinstance(record.__dict__.get(attribute), list) and not field.derived:
                    self._cut_list(record, attribute)
        for record in _all(self._root):
            self._empty(record)
            for attribute in list(record.__dict__):
                self._simplify_field(record, attribute)

    def _change(self, record: Record, values: dict[str, Any]) -> bool:
        """Give a record other values (those not named stay), and take them back unless it holds."""
        before = dict(record.__dict__)
        record.__dict__.update(values)
        if self.holds():
            return True
        record.__dict__.clear()
        record.__dict__.update(before)
        return False

    def _cut_list(self, record: Record, attribute: str) -> None:
        def holds(shorter: list[object]) -> bool:
            if self._change(record, {attribute: shorter}):
                return True
            return self._cut_with_references(record, attribute, shorter)

        cut(record.__dict__[attribute], holds)

    def _cut_with_references(self, record: Record, attribute: str, shorter: list[object]) -> bool:
        """Try the shorter list with the numbers of its elements, where they are used, moved on."""
        before: list[object] = record.__dict__[attribute]
        gap = len(before) - len(shorter)
        start = next((i for i, x in enumerate(shorter) if x is not before[i]), len(shorter))
        users = [
            (user, name, value)
            for user, name, value in self._references(attribute)
            if value >= start + gap
        ]
        if not users:
            return False
        for user, name, value in users:
            user.__dict__[name] = value - gap
        if self._change(record, {attribute: shorter}):
            return True
        for user, name, value in users:
            user.__dict__[name] = value
        return False

    def _references(self, array: str) -> list[tuple[Record, str, int]]:
        """Return what may refer to elements of an array of that name: a run tells whether."""
        found = []
        for record in _all(self._root):
            for attribute, field in type(record).__fields__.items():
                domain: Any = getattr(field, "reference", None)
                value = record.__dict__.get(attribute)
                if case := getattr(domain, "case", None):
                    domain = case(record.__dict__.get(domain.on, 0))
                if isinstance(domain, Index) and domain.path.split(".")[-1] == array:
                    found += [(record, attribute, value)] if type(value) is int else []
        return found

    def _empty(self, record: Record) -> None:
        """Try the record with nothing in it, all at once: most records need nothing of theirs."""
        simple: dict[str, Any] = {}
        for attribute, field in type(record).__fields__.items():
            value = record.__dict__.get(attribute)
            if isinstance(value, int) and not field.derived:
                simple[attribute] = _least(field)
            elif isinstance(value, bytes):
                simple[attribute] = bytes(getattr(field, "fixed", 0))
        self._change(record, simple)

    def _simplify_field(self, record: Record, attribute: str) -> None:
        values = record.__dict__
        field = type(record).__fields__[attribute]
        value = values[attribute]
        set_to = self._setter(record, attribute)
        if field.derived:
            # It is wrong: put it right, or keep it wrong and small.
            del values[attribute]
            if self.holds():
                return
            values[attribute] = value
        if isinstance(value, bytes):
            values[attribute] = clear(cut(value, set_to), set_to)
        elif isinstance(value, int):
            values[attribute] = lower(int(value), 0 if field.derived else _least(field), set_to)
        elif isinstance(value, Record):
            self._without_body(record, attribute)
        elif isinstance(value, list) and not field.derived:
            self._lower_elements(record, attribute)

    def _setter(self, record: Record, attribute: str) -> Callable[[Any], bool]:
        return lambda value: self._change(record, {attribute: value})

    def _lower_elements(self, record: Record, attribute: str) -> None:
        for position, element in enumerate(record.__dict__[attribute]):
            if isinstance(element, int):

                def set_to(value: int, position: int = position) -> bool:
                    changed = list(record.__dict__[attribute])
                    changed[position] = value
                    return self._change(record, {attribute: changed})

                lower(element, 0, set_to)

    def _without_body(self, record: Record, attribute: str) -> None:
        """Try a union with a tag that has no body."""
        field = type(record).__fields__[attribute]
        for tag, case in getattr(field, "cases", {}).items():
            name = getattr(field, "tag", "")
            if case is None and self._change(record, {name: tag, attribute: None}):
                return


def _least(field: Any) -> int:  # noqa: ANN401  (a declared integer, whose class is format's own)
    """Return the simplest value that a plain integer may have."""
    if field.members:
        return int(field.members[0]) if field.enumeration is not None else 0
    return int(field.at_least) if isinstance(field.at_least, int) else 0
