# SPDX-License-Identifier: Apache-2.0
"""Any bytes as text: what could be decoded, then where and why it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.bundle import FORMATS
from groundstop.targets.channel.formats import ChannelFile, Events, TemplateFile
from groundstop.targets.channel.readable.content import (
    event_lines,
    instance_lines,
    program_lines,
)
from groundstop.targets.channel.readable.nodes import child, number
from groundstop.targets.channel.readable.types import Names, names_of, type_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundstop.format import Decoded, Node, Record

__all__ = ["show"]

_SHOWN_PROBLEMS = 20
_SHOWN_BYTES = 64
_LEFT_OUT = ("", "# The types are those of today: show --full has them.")


def show(data: bytes, defaults: TemplateFile, *, types: bool = True) -> str:
    """Return `data` as the text source that it could have come from; never raises.

    For what is intact the text compiles to the same bytes again, but for patterns, whose
    source is not in the binary: they are disassembled in comments.  Parts that come
    without template types are shown with the names of `defaults`.  Without `types` those of
    a bundle are left out.
    """
    if data[:4] not in FORMATS:
        return "\n".join(_unknown(data))
    _, cls = FORMATS[data[:4]]
    decoded = cls.decode(data)
    return "\n".join(
        [
            f"# {cls.__title__}, {len(data)} bytes",
            *_body(decoded, defaults, types=types),
            *_damage(decoded),
        ]
    )


def _body(decoded: Decoded[Record], defaults: TemplateFile, *, types: bool) -> Iterator[str]:
    root = decoded.root
    match decoded.value:
        case TemplateFile():
            yield from type_lines(root)
        case ChannelFile():
            yield from _channel(root, names_of(TemplateFile.decode(defaults.build()).root))
        case Events():
            names = names_of(TemplateFile.decode(defaults.build()).root)
            yield from event_lines(root, names)
        case _:
            templates, channel, events = (
                child(root, part) for part in ("templates", "channel", "events")
            )
            names = names_of(templates)
            yield from _channel(channel, names)
            yield from () if events is None else event_lines(events, names)
            yield from type_lines(templates) if types else _LEFT_OUT


def _channel(channel: Node | None, names: Names) -> Iterator[str]:
    if channel is None:
        return
    if (channel_number := number(channel, "channel")) is not None:
        yield f"channel = {channel_number}"
    yield from instance_lines(channel, names)
    yield from program_lines(channel)


def _damage(decoded: Decoded[Record]) -> Iterator[str]:
    if not decoded.problems:
        return
    yield ""
    if decoded.stopped is not None:
        yield f"# Decoding stopped before the end: {decoded.stopped}"
    yield f"# Broken rules: {len(decoded.problems)}"
    yield from (f"# - {problem}" for problem in decoded.problems[:_SHOWN_PROBLEMS])
    if len(decoded.problems) > _SHOWN_PROBLEMS:
        yield f"# and {len(decoded.problems) - _SHOWN_PROBLEMS} more"


def _unknown(data: bytes) -> Iterator[str]:
    known = ", ".join(magic.decode() for magic in FORMATS)
    yield f"# {len(data)} bytes of no format of this target"
    yield f"# Stopped at byte 0, field magic: is {data[:4]!r}, must be one of {known}"
    if data and not any(data):
        yield "# all bytes are zero: a write that never reached the disk looks like this"
    elif data:
        yield f"# {data[:_SHOWN_BYTES].hex(' ')}" + (" ..." if len(data) > _SHOWN_BYTES else "")
