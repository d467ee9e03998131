# SPDX-License-Identifier: Apache-2.0
"""What the entry point reports (native/entry.c), for people."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["describe_outcome", "matches_of"]

_ERROR = 5
_NAMES = {
    0: "ok",
    1: "insufficient memory",
    6: "invalid file",
    7: "corrupt file",
    8: "unsupported file version",
    25: "execution stack overflow",
    26: "timeout",
    28: "callback error",
    29: "invalid argument",
    30: "too many matches",
    31: "internal fatal error",
    46: "regular expression too complex",
    65: "too slow scanning",
}
"""ERROR_* of error.h, as far as loading and scanning return them."""


def describe_outcome(data: bytes) -> Iterator[str]:
    """Yield a line for the load, one for each matching rule, one for the end of the scan."""
    for kind, value in _records(data):
        if kind == "M":
            yield f"matched by {value}"
        else:
            error = int(value)
            words = _NAMES.get(error, "error")
            yield f"{'load' if kind == 'L' else 'scan'}: {words} ({error})"


def matches_of(data: bytes) -> tuple[str, ...]:
    """Return the identifiers of the rules that matched."""
    return tuple(value for kind, value in _records(data) if kind == "M")


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield what was reported; what is cut off (an outcome has a limit) ends it."""
    at = 0
    while at + 2 <= len(data):
        kind = chr(data[at])
        if kind == "M":
            end = at + 2 + data[at + 1]
            value = data[at + 2 : end].decode("ascii", "backslashreplace")
        elif kind in "LS":
            end = at + _ERROR
            value = str(int.from_bytes(data[at + 1 : end], "little"))
        else:
            return
        if end > len(data):
            return
        yield kind, value
        at = end
