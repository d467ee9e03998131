# SPDX-License-Identifier: Apache-2.0
"""Bundles as three byte strings, whatever is in them: the format's frame without its content."""

from __future__ import annotations

import struct
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from groundstop.targets.channel.formats import Bundle, ChannelFile, Events, TemplateFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundstop.format import Decoded, Record

__all__ = ["FORMATS", "Binary", "Parts", "part_of"]

FORMATS: Mapping[bytes, tuple[str, type[Record]]] = {
    b"GSTF": ("templates", TemplateFile),
    b"GSCF": ("channel", ChannelFile),
    b"GSEV": ("events", Events),
    b"GSBD": ("bundle", Bundle),
}
"""The formats by their magic, with what each is called as a part."""

_HEADER = struct.Struct("<4sIII")  # of Bundle; a test compares
_MAGIC = b"GSBD"
_NO_EVENTS = Events(events=[]).build()
_EMPTY_CHANNEL = ChannelFile(channel=0, classes=[], instances=[], programs=[])


class Parts(NamedTuple):
    """The parts of one testcase, damaged or not."""

    templates: bytes
    channel: bytes
    events: bytes

    @classmethod
    def split(cls, bundle: bytes) -> Parts | None:
        """Take a bundle apart as the entry point does; None for what has no bundle's header."""
        if len(bundle) < _HEADER.size or not bundle.startswith(_MAGIC):
            return None
        _, *sizes = _HEADER.unpack_from(bundle)
        at, parts = _HEADER.size, []
        for size in sizes:
            parts.append(bundle[at : at + size])
            at += size
        return cls(*parts)

    def join(self) -> bytes:
        """Frame the parts."""
        return _HEADER.pack(_MAGIC, *map(len, self)) + b"".join(self)

    def offset(self, part: str) -> int:
        """Return where a part begins in the bundle of `join`."""
        return _HEADER.size + sum(map(len, self[: self._fields.index(part)]))


def part_of(data: bytes) -> str:
    """Return what the bytes claim to be: a field of Parts, `bundle`, or "" for nothing known."""
    return FORMATS[data[:4]][0] if data[:4] in FORMATS else ""


class Binary:
    """A binary of any format, or of none, as the testcase that it is part of.

    A template file gets an empty channel; channel files and events get `default_types`.
    Bytes of no known format are what a sensor would find in place of a channel file.
    """

    def __init__(self, data: bytes, default_types: TemplateFile) -> None:
        self.given = data
        self.part = part_of(data)
        parts = Parts.split(data)
        if parts is None:
            templates, channel = default_types.build(), _EMPTY_CHANNEL.build()
            match self.part:
                case "templates":
                    parts = Parts(data, channel, _NO_EVENTS)
                case "events":
                    parts = Parts(templates, channel, data)
                case _:
                    self.part = "channel"
                    parts = Parts(templates, data, _NO_EVENTS)
            data = parts.join()
        self.parts = parts
        self.testcase = data

    @cached_property
    def decoded(self) -> Decoded[Bundle]:
        """The testcase, as far as it can be decoded."""
        return Bundle.decode(self.testcase)

    def place(self, path: str, offset: int) -> str:
        """Return a place in the testcase as one in the file that was given."""
        part, _, inner = path.partition(".")
        if self.part == "bundle":
            return f"{path}, byte {offset}"
        if part == self.part:
            return f"{inner or 'file'}, byte {offset - self.parts.offset(part)}"
        return f"{path} of what was filled in"
