# SPDX-License-Identifier: Apache-2.0
"""Make the bytes of a failing example smaller while it fails in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["shrink"]

_SECONDS = 5.0


def shrink(data: bytes, fails: Callable[[bytes], bool], seconds: float = _SECONDS) -> bytes:
    """Return the smallest found in that time: bytes cut away, then set to zero.

    `fails` says whether an input still shows the same failure; `data` does.  Fewer bytes are
    fewer choices, and zero is the simplest of them: the example gets simpler with both.
    """
    deadline = time.monotonic() + seconds
    for change in (_cut, _clear):
        size = len(data)
        while size and time.monotonic() < deadline:
            at = len(data)
            while at > 0 and time.monotonic() < deadline:
                start = max(0, at - size)
                candidate = change(data, start, at)
                if candidate != data and fails(candidate):
                    data = candidate
                at = start
            size //= 2
    return data


def _cut(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + data[end:]


def _clear(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + bytes(end - start) + data[end:]
