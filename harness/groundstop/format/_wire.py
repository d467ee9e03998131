# SPDX-License-Identifier: Apache-2.0
"""How an integer stands in a file: its width in bytes and its byte order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Order = Literal["little", "big"]


@dataclass(frozen=True, slots=True)
class Wire:
    """An unsigned integer of `size` bytes; `order` None means the record's own byte order."""

    size: int
    order: Order | None = None

    @property
    def big(self) -> Wire:
        """The same width, most significant byte first."""
        return replace(self, order="big")

    @property
    def little(self) -> Wire:
        """The same width, least significant byte first."""
        return replace(self, order="little")

    @property
    def maximum(self) -> int:
        """The largest value that fits."""
        return (1 << (8 * self.size)) - 1

    def __str__(self) -> str:
        suffix = {None: "", "little": "le", "big": "be"}[self.order]
        return f"u{8 * self.size}{suffix}"


u8 = Wire(1)
u16 = Wire(2)
u32 = Wire(4)
u64 = Wire(8)
