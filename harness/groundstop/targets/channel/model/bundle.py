# SPDX-License-Identifier: Apache-2.0
"""A bundle, as the entry point `ci_fuzz_bundle` runs it: one load, then each event."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from groundstop.targets.channel.model.events import read_events
from groundstop.targets.channel.model.load import Fault, load
from groundstop.targets.channel.model.report import Report

if TYPE_CHECKING:
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["OutOfPatienceError", "run_bundle"]

_HEADER = struct.Struct("<4sIII")


class OutOfPatienceError(Exception):
    """A bundle spends more fuel than was allowed: its events cost the model too much time."""


def run_bundle(testcase: bytes, release: SuppliedRelease, patience: int | None = None) -> Report:
    """Run a bundle, however damaged, on a sensor of `release`.

    Once its events have spent over `patience` units of fuel, OutOfPatienceError is raised.
    """
    report = Report()
    if len(testcase) < _HEADER.size or not testcase.startswith(b"GSBD"):
        return report
    _, templates_size, channel_size, events_size = _HEADER.unpack_from(testcase)
    rest = testcase[_HEADER.size :]
    templates, rest = rest[:templates_size], rest[templates_size:]
    channel, rest = rest[:channel_size], rest[channel_size:]
    content = load(templates, channel, release)
    report.loaded(content)
    if not isinstance(content, Fault):
        for event in read_events(rest[:events_size], release):
            report.event(content, release, event)
            if patience is not None and report.fuel > patience:
                raise OutOfPatienceError
    return report
