# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM as a request that is looked at when it suits."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupt"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Set once one of the signals has come; with `once` a second one acts as if this were not."""

    def __init__(self, *, once: bool = False) -> None:
        # No threading.Event: its lock may be held just when a handler wants to set it.
        self._came = False
        self._once = once
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    def is_set(self) -> bool:
        """Whether a signal has come."""
        return self._came

    def set(self) -> None:
        """Act as if one had come."""
        self._came = True

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Catch the signals meanwhile; only the main thread can, others go without."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._before = {number: signal.signal(number, self._take) for number in _SIGNALS}
        try:
            yield
        finally:
            self._restore()

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._came = True
        if self._once:
            self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
