# SPDX-License-Identifier: Apache-2.0
"""A load: both files are judged, and make the content together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from groundstop.targets.channel.model.channel import Content, load_channel
from groundstop.targets.channel.model.reader import RefusedError
from groundstop.targets.channel.model.templates import load_templates

if TYPE_CHECKING:
    from groundstop.targets.channel.releases import SuppliedRelease
    from groundstop.targets.channel.status import Status

__all__ = ["Fault", "File", "load"]


class File(IntEnum):
    """enum ci_file of ci.h."""

    NONE = 0
    TEMPLATES = 1
    CHANNEL = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a load was refused, and which file is to blame."""

    status: Status
    file: File


def load(templates: bytes, channel: bytes, release: SuppliedRelease) -> Content | Fault:
    """Return what the files make active on a sensor of `release`, or the first broken rule."""
    file = File.TEMPLATES
    try:
        types = load_templates(templates, release)
        file = File.CHANNEL
        return load_channel(channel, types)
    except RefusedError as refusal:
        return Fault(refusal.status, file)
