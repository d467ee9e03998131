# SPDX-License-Identifier: Apache-2.0
"""A session, as the entry point `ci_fuzz_session` runs it: what one sensor goes through."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from groundstop.targets.channel.model.events import read_event
from groundstop.targets.channel.model.load import Fault, load
from groundstop.targets.channel.model.reader import Reader, RefusedError
from groundstop.targets.channel.model.report import Report
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundstop.targets.channel.model.channel import Content
    from groundstop.targets.channel.model.evaluate import Event
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["run_session"]

_VERSION = 1
_MOST_STEPS = 256
_OUT_OF_MEMORY = bytes([ord("L"), Status.NO_MEMORY, 0])


class _Op(IntEnum):
    LOAD = 0
    UNLOAD = 1
    EVALUATE = 2


def run_session(data: bytes, release: SuppliedRelease, reported: bytes) -> Report:
    """Run a session on a sensor of `release`.

    How many allocations a load makes is not specified.  Where one is to fail, either
    answer is right, and the model takes the one that a core has `reported`: that memory
    ran out, and then the old content is still active; or the one that it has without.
    """
    report = Report()
    active: Content | None = None
    for fails, step in _steps(data, release):
        if step is None:
            active = None
            report.unload()
        elif not isinstance(step, tuple):
            report.event(active, release, step)
        elif fails and reported.startswith(_OUT_OF_MEMORY, len(report.data)):
            report.load(Status.NO_MEMORY)
        else:
            content = load(*step, release)
            report.loaded(content)
            if not isinstance(content, Fault):
                active = content
    return report


def _steps(
    data: bytes, release: SuppliedRelease
) -> Iterator[tuple[bool, tuple[bytes, bytes] | Event | None]]:
    """Yield for each step whether an allocation fails, and two files, an event, or None: unload."""
    reader = Reader(data, len(data))
    try:
        if reader.take(4) != b"GSSN" or reader.number(2) != _VERSION:
            return
        for _ in range(min(reader.number(2), _MOST_STEPS)):
            op, fail_at = reader.number(1), reader.number(4)
            match op:
                case _Op.LOAD:
                    templates_size, channel_size = reader.number(4), reader.number(4)
                    yield fail_at > 0, (reader.take(templates_size), reader.take(channel_size))
                case _Op.UNLOAD:
                    yield fail_at > 0, None
                case _Op.EVALUATE:
                    event, whole = read_event(reader, release)
                    yield fail_at > 0, event
                    if not whole:
                        return
                case _:
                    return
    except RefusedError:  # a step is cut off
        return
