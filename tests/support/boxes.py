# SPDX-License-Identifier: Apache-2.0
"""A project whose target is cores/boxes.c, with its format declared."""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project, find_project
from groundstop.format import (
    Record,
    adler32,
    array,
    checksum,
    constant,
    count,
    index,
    integer,
    octets,
    size,
    total_size,
    u8,
    u16,
    u32,
)
from groundstop.target import Core, Target
from support.libraries import share_builds
from support.replaying import CORES


class Box(Record):
    kind: int = integer(u8)
    name_size: int = size(u8, of="name")
    name: bytes = octets("name_size")


class Boxes(Record, root=True):
    magic: bytes = constant(b"BOX1")
    box_count: int = count(u16, of="boxes")
    main: int = integer(u16, index("boxes"))
    total: int = total_size(u32)
    boxes: list[Box] = array(Box, count="box_count")
    check: int = checksum(u32, adler32)


_CORE = Core(root=CORES, sources=("boxes.c",), headers=(), entry="boxes_entry")
boxes = Target("boxes", _CORE, format=Boxes)


def boxes_project(folder: Path) -> Project:
    share_builds(folder)
    (folder / "pyproject.toml").write_text(
        '[tool.groundstop.targets]\nboxes = "support.boxes:boxes"\n'
    )
    return find_project(folder)


def many_boxes() -> Boxes:
    """Forty boxes, of which number 30, the main one, spills."""
    made = [Box(kind=n % 3, name=bytes([n + 1]) * (n % 7)) for n in range(40)]
    made[30] = Box(kind=3, name=b"too long for it")
    return Boxes(main=30, boxes=made)
