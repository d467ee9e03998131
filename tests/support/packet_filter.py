# SPDX-License-Identifier: Apache-2.0
"""A second format that is not ours: a classic BPF program and the packet that it runs on."""

from __future__ import annotations

from enum import IntEnum

from groundstop.format import (
    Record,
    array,
    between,
    count,
    depends,
    enum,
    integer,
    octets,
    u8,
    u16,
    u32,
)


class Code(IntEnum):
    """Some of linux/filter.h's codes."""

    LOAD_WORD = 0x20
    LOAD_BYTE = 0x30
    ADD = 0x04
    JUMP_EQUAL = 0x15
    JUMP_GREATER = 0x25
    RETURN = 0x06
    RETURN_A = 0x16


_JUMP = depends("code", {Code.JUMP_EQUAL: between(0, 255), Code.JUMP_GREATER: between(0, 255)})


class Instruction(Record, byte_order="big"):
    code: Code = enum(u16, Code)
    if_true: int = integer(u8, _JUMP, default=0)
    if_false: int = integer(u8, _JUMP, default=0)
    k: int = integer(u32, default=0)


class Filter(Record, byte_order="big", root=True):
    count: int = count(u16, of="program", at_least=1, at_most=4096)
    program: list[Instruction] = array(
        Instruction, count="count", last={"code": (Code.RETURN, Code.RETURN_A)}
    )
    packet: bytes = octets()
