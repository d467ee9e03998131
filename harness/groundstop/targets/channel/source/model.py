# SPDX-License-Identifier: Apache-2.0
"""What a text source says, checked in itself, with the place of everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstop.errors import SourceLocation
    from groundstop.targets.channel.formats import CriterionKind, InputKind, Severity
    from groundstop.targets.channel.source.document import Document, Table
    from groundstop.targets.channel.source.locate import Path

__all__ = [
    "CriterionText",
    "EventText",
    "InputText",
    "InstanceText",
    "Source",
    "TypeText",
    "WaiverText",
]


@dataclass(frozen=True, slots=True)
class InputText:
    """One input of a template type."""

    name: bytes
    kind: InputKind


@dataclass(frozen=True, slots=True)
class TypeText:
    """One template type; `inputs` in the order in which sensors supply them."""

    document: Document
    at: Path
    type_id: int
    name: bytes
    inputs: tuple[InputText, ...]

    @property
    def where(self) -> SourceLocation:
        """The place of the type."""
        return self.document.where(self.at, key=True)


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One criterion: `value` is the text, the two ends of a range, or a pattern's source."""

    document: Document
    at: Path
    input: int
    kind: CriterionKind
    nocase: bool
    value: bytes | tuple[int, int]

    @property
    def where(self) -> SourceLocation:
        """The place of the criterion."""
        return self.document.where(self.at, key=True)


@dataclass(frozen=True, slots=True)
class InstanceText:
    """One template instance; `criteria` in the order of the type's inputs."""

    table: Table
    instance_id: int
    name: bytes
    type: TypeText
    severity: Severity
    criteria: tuple[CriterionText, ...]

    @property
    def where(self) -> SourceLocation:
        """The place of the instance."""
        return self.table.document.where(self.table.at, key=True)


@dataclass(frozen=True, slots=True)
class EventText:
    """One event: a value (None: absent) for each input of the type, and what should match it.

    `expect` are the ids of the instances that the author expects to match, None where
    the source does not say; it is for tests and does not reach the binary.
    """

    document: Document
    at: Path
    type: TypeText
    values: tuple[bytes | int | None, ...]
    expect: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class WaiverText:
    """What the author takes responsibility for: problems with `rule` at `subject`, and why.

    `outcome` is 0 or 1 for a criterion that is never false or never true, None for both.
    """

    document: Document
    at: Path
    rule: str
    subject: SourceLocation | str
    outcome: int | None
    reason: str

    @property
    def where(self) -> SourceLocation:
        """The place of the waiver."""
        return self.document.where(self.at, key=True)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole text source: types and instances by ascending id, events in their own order.

    `channel` is the channel's number, None for a source that has no channel.  `types`
    are the source's own or those of the template source that it names.
    """

    document: Document
    types: tuple[TypeText, ...]
    channel: int | None
    instances: tuple[InstanceText, ...]
    events: tuple[EventText, ...] | None
    waivers: tuple[WaiverText, ...] = ()

    @property
    def part(self) -> str:
        """What the source naturally compiles to: `templates`, `channel`, `events` or `bundle`."""
        if self.channel is None:
            return "templates" if self.events is None else "events"
        return "channel" if self.events is None else "bundle"
