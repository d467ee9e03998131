# SPDX-License-Identifier: Apache-2.0
"""SIGINT, SIGTERM and SIGHUP as a request that is looked at when it suits."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupt", "ending_as_ctrl_c"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        self._before = {number: signal.signal(number, self._take) for number in _heard()}
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


@contextmanager
def ending_as_ctrl_c() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise KeyboardInterrupt meanwhile, as SIGINT does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    others = [number for number in _heard() if number is not signal.SIGINT]
    before = {number: signal.signal(number, signal.default_int_handler) for number in others}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard() -> list[signal.Signals]:
    """Return the signals that are not to be ignored; nohup has SIGHUP so."""
    return [
        number
        for number in _SIGNALS
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    ]
