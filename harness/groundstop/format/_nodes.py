# SPDX-License-Identifier: Apache-2.0
"""What decoding gives: a tree of what was read, with spans and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from groundstop.errors import DecodeError
from groundstop.format._spec import Field, IntegerField, OctetsField, Role

if TYPE_CHECKING:
    from groundstop.format._record import Record

R = TypeVar("R", bound="Record")


class Span(NamedTuple):
    """Bytes `start` (included) to `end` (not included)."""

    start: int
    end: int


@dataclass(slots=True, eq=False)
class Node:
    """One thing that was read: the value of a field or an element, where it stands.

    `name` is the field's name or, of an element, `[index]`.  `field` is None for the root
    and for elements.  A node without `complete` ends where its bytes did.
    """

    name: str
    field: Field | None
    start: int
    parent: Node | None
    end: int = 0
    value: object = None
    record: Record | None = None
    complete: bool = False
    # Most nodes are integers, with neither: tuples cost nothing.
    children: Sequence[Node] = ()
    problems: Sequence[DecodeError] = ()

    @property
    def path(self) -> str:
        """The dotted path from the root: `instances[3].criteria[0].input`."""
        names: list[str] = []
        node = self
        while node.parent is not None:
            names.append(node.name)
            node = node.parent
        return ".".join(reversed(names)).replace(".[", "[")

    @property
    def span(self) -> Span:
        """Where it stands in the data."""
        return Span(self.start, self.end)

    def note(self, message: str, offset: int | None = None) -> None:
        """Add a problem, at this node's start unless `offset` says where."""
        at = self.start if offset is None else offset
        if not isinstance(self.problems, list):
            self.problems = []
        self.problems.append(DecodeError(message, offset=at, field=self.path or "file"))

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the order of the bytes."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


class Decoded(Generic[R]):
    """What bytes decode to, as far as they do.

    `value` lacks the fields that were not reached (reading one raises AttributeError).
    `stopped` is the problem that ended the decoding of the whole before its end, if any.
    `check` looks at every rule: once, and not before somebody asks what is wrong.
    """

    def __init__(
        self,
        data: bytes,
        root: Node,
        stopped: DecodeError | None,
        check: Callable[[Node, bytes], None],
    ) -> None:
        self.data = data
        self.value: R = cast("R", root.value)
        self.stopped = stopped
        self._tree = root
        self._check = check

    @cached_property
    def root(self) -> Node:
        """The tree of all that was read, each node with its problems."""
        self._check(self._tree, self.data)
        return self._tree

    @cached_property
    def problems(self) -> tuple[DecodeError, ...]:
        """All rules broken, in the order of the bytes."""
        found = (problem for node in self.root.walk() for problem in node.problems)
        return tuple(sorted(found, key=lambda problem: problem.offset))

    @property
    def problem(self) -> DecodeError | None:
        """The first rule broken, or None: then `parse` accepts the bytes."""
        return self.problems[0] if self.problems else None

    @property
    def has_magic(self) -> bool:
        """Whether the declaration begins with a constant, and the bytes with that one."""
        leaves = (node for node in self.root.walk() if node.end > node.start and not node.children)
        first = next(leaves, None)
        if first is None or not first.complete or first.problems:
            return False
        match first.field:
            case OctetsField(constant=bytes(), reserved=False) | IntegerField(role=Role.CONSTANT):
                return True
        return False

    @cached_property
    def spans(self) -> dict[str, Span]:
        """Where each field and element stands, by dotted path; "" is the whole."""
        return {node.path: node.span for node in self._tree.walk()}

    def span(self, name: str) -> Span | None:
        """Return where the root's own field `name` stands; None if it was not reached."""
        return next((node.span for node in self._tree.children if node.name == name), None)
