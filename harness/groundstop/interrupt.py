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
        self._event = threading.Event()
        self._once = once
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    def is_set(self) -> bool:
        """Whether a signal has come."""
        return self._event.is_set()

    def set(self) -> None:
        """Act as if one had come."""
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until a signal comes; return whether one has."""
        return self._event.wait(seconds)

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
        self._event.set()
        if self._once:
            self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
