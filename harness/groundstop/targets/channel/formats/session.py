# SPDX-License-Identifier: Apache-2.0
"""Sessions: what one sensor goes through, for the entry point `ci_fuzz_session`.

native/channel/README.md words this format ("Sessions") without tables, so that it is not
among the formats of the package.  The files of a load are plain bytes: most are no good.
"""

from __future__ import annotations

from enum import IntEnum

from groundstop.format import (
    Record,
    array,
    constant,
    count,
    enum,
    integer,
    octets,
    size,
    u8,
    u16,
    u32,
    union,
)
from groundstop.targets.channel.formats.events import Event

__all__ = ["Load", "Session", "SessionOp", "Step"]


class SessionOp(IntEnum):
    """What is done to the sensor."""

    LOAD = 0
    UNLOAD = 1
    EVALUATE = 2


class Load(Record):
    """The two files of a load."""

    templates_size: int = size(u32, of="templates")
    channel_size: int = size(u32, of="channel")
    templates: bytes = octets("templates_size")
    channel: bytes = octets("channel_size")


class Step(Record):
    """One thing done; from its start on the allocation `fail_at` fails, and all after it."""

    op: SessionOp = enum(u8, SessionOp)
    fail_at: int = integer(u32, default=0)
    body: Load | Event | None = union(
        "op", {SessionOp.LOAD: Load, SessionOp.UNLOAD: None, SessionOp.EVALUATE: Event}
    )


class Session(Record):
    """What one sensor goes through, in order."""

    magic: bytes = constant(b"GSSN")
    version: int = constant(1, u16)
    step_count: int = count(u16, of="steps", rule="the first 256 are used")
    steps: list[Step] = array(Step, count="step_count")
