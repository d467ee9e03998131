# SPDX-License-Identifier: Apache-2.0
"""Replay runs inputs in a core that lives in a process of its own, and survives its death.

Everything outside a campaign executes a core through this: reproducing a finding, the
gate, property tests, coverage.  A worker answers each input with an `Outcome`, or with
the `Death` that this very input brought about.
"""

from groundstop.replay._builds import Builds
from groundstop.replay._death import death_kind
from groundstop.replay._open import open_pool, open_worker
from groundstop.replay._pool import Pool, replay
from groundstop.replay._reruns import Reruns
from groundstop.replay._symbols import symbolize
from groundstop.replay._worker import DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT, Result, Worker

__all__ = [
    "DEFAULT_MEMORY_MB",
    "DEFAULT_TIMEOUT",
    "Builds",
    "Pool",
    "Reruns",
    "Result",
    "Worker",
    "death_kind",
    "open_pool",
    "open_worker",
    "replay",
    "symbolize",
]
