# SPDX-License-Identifier: Apache-2.0
"""A deadline ends code of other people that does not come to an end by itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["OverdueError", "not_counted", "within"]

# Code that catches whatever is raised in it gets it again and again, and then no more.
_AGAIN_SECONDS = 0.5
_TRIES = 20


class OverdueError(BaseException):
    """Something does not come to an end; what it catches itself must not stop this."""


@contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """Raise OverdueError in a block that takes longer, with `what` in its words.

    It works by SIGALRM, so in the main thread alone, and where nobody else uses that clock:
    libFuzzer and what runs a property have one of their own, which ends this block, too.
    Code that catches the error for ever ends the process with status 2.
    """
    if not _is_free():
        yield
        return
    tries = 0
    over = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal tries
        if over:
            return
        tries += 1
        words = f"{what} does not come to an end: stopped after {seconds:g} s"
        if tries > _TRIES:
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{words}\n".encode())
            os._exit(2)
        raise OverdueError(words)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
    try:
        # Twice: the signal may come between the block's end and the first line behind it.
        try:
            yield
        finally:
            over = True  # what comes from here on comes too late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def not_counted() -> Iterator[None]:
    """Stop the clock of `within` for a block: what compiles a library takes what it takes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    left, again = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, again)


def _is_free() -> bool:
    if threading.current_thread() is not threading.main_thread():
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0
