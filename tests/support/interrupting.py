# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C while something is minimized, after so many candidates and not so many seconds."""

from __future__ import annotations

import os
import signal
import time

import pytest

from groundstop.findings import Examiner, Finding


def interrupt_once() -> None:
    """Return when the handler, which then goes, has been called: Python may take its time."""
    handler = signal.getsignal(signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    while signal.getsignal(signal.SIGINT) == handler:
        time.sleep(0.001)


def count_runs(monkeypatch: pytest.MonkeyPatch, interrupt_at: int) -> list[bool]:
    """Have SIGINT come after that many candidates."""
    results: list[bool] = []
    shows = Examiner.shows

    def counted(examiner: Examiner, data: bytes, finding: Finding) -> bool:
        results.append(shows(examiner, data, finding))
        if len(results) == interrupt_at:
            interrupt_once()
        return results[-1]

    monkeypatch.setattr(Examiner, "shows", counted)
    return results
