# SPDX-License-Identifier: Apache-2.0
"""A worker: runs inputs in a core, one process at a time, and outlives every one of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.errors import InputError, ReplayError
from groundstop.files import MAX_INPUT
from groundstop.model import Death, Outcome, Sanitizer
from groundstop.replay._arena import LOST, MAX_BATCH, NOT_STARTED, Arena, CorruptArenaError
from groundstop.replay._process import DisturbedError, EndedError, Process
from groundstop.replay._settings import Settings
from groundstop.replay._symbols import symbolized

DEFAULT_TIMEOUT = 10.0
DEFAULT_MEMORY_MB = 2048

Result = Outcome | Death

_INPUT_SIZE = 4 << 20
# How many inputs a process may have run before its memory is looked at, again and again.
_LOOK_AFTER_RUNS = 4096
# A timeout is noticed at most this share of it too late.
_TIMEOUT_SLICES = 4
_GRACE_SECONDS = 1.0
_SYMBOLIZER_GRACE_SECONDS = 20.0
_TAKEN_OVER = (
    "The core took over what belongs to the runner (closed its descriptors or wrote over "
    "its memory).\n"
)


class Worker:
    """Runs inputs in the core at `core`, whose entry point is the C function `entry`.

    `runner` is the runner program built for the same `sanitizer`; `timeout` is in seconds
    for one input, `memory_mb` in MiB for the process.  `symbolize` asks for reports that
    people read: function, file and line, full contexts; without it deaths cost less.
    `environment` is added to that of the process.

    A context manager; the process starts with the first input, and anew after each death,
    so that nothing of a death can reach the next input.  Not for two threads at once.
    """

    def __init__(  # noqa: PLR0913  (each is a property of the run that somebody sets)
        self,
        core: Path,
        entry: str,
        runner: Path,
        sanitizer: Sanitizer,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int = DEFAULT_MEMORY_MB,
        symbolize: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        # Not resolved by the dynamic loader's search path: a core is a file.
        self._settings = Settings(
            core.absolute(), entry, runner.absolute(), sanitizer, timeout, memory_mb,
            symbolize, dict(environment or {}),
        )
        self._arena: Arena | None = None
        self._process: Process | None = None
        self._inputs: Sequence[bytes] = ()
        self._results: list[Result] = []
        self._sent = 0
        self._singly = 0
        self._looked_at = 0
        self._progress = (NOT_STARTED, 0)
        self._deadline = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
'''
