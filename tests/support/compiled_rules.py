# SPDX-License-Identifier: Apache-2.0
"""A file of compiled rules, for tests that have no libyara."""

from __future__ import annotations

import struct

from groundstop.targets.yara.vocabulary import Buffer

NOWHERE = struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)


def text_at(offset: int) -> bytes:
    return struct.pack("<II", Buffer.TEXTS, offset)


def compiled() -> bytes:
    """One rule `only`, written out as arena.c writes it, without the declaration's help."""
    buffers = [b""] * 12
    buffers[0] = text_at(0) + struct.pack("<II", 0, 0)
    rule = struct.pack("<IIII", 0, 0, 0, 0) + text_at(8) + NOWHERE * 3 + struct.pack("<II", 0, 0)
    buffers[1] = rule + struct.pack("<I", 4) + b"\xfa" * 52
    buffers[4] = struct.pack("<I", 0) + b"\xfa" * 20
    buffers[5] = b"default\0only\0"
    buffers[6] = b"\xff"
    buffers[11] = struct.pack("<III", 1, 0, 1)
    table, offset = b"", 6 + 12 * 12
    for each in buffers:
        table += struct.pack("<QI", offset, len(each))
        offset += len(each)
    relocations = struct.pack("<IIII", 0, 0, 1, 16)
    return b"YARA" + bytes((21, 12)) + table + b"".join(buffers) + relocations
