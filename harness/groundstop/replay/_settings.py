# SPDX-License-Identifier: Apache-2.0
"""How a runner is set up: its limits, and the options of its sanitizer runtime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.errors import ToolError
from groundstop.model import Sanitizer
from groundstop.toolchain import find_llvm_tool

# Set by campaigns and users for programs of theirs; a runner must not inherit them.
_FOREIGN = ("LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
# An exclusive handler: a core cannot put its own in front of the report.
_EXCLUSIVE = 2
# Freshly allocated and freed memory is never clean by chance (docs/incident.md: in a plain build
# the 291 over-read passes on a clean heap and faults on a dirty one).
_DIRTY_HEAP = "165"
# Stacks are symbolized here, not in the dying process: it may be out of memory, of
# descriptors, or of a stack; and module and offset of each frame stay known.
_COMMON_OPTIONS: dict[str, object] = {
    "exitcode": 77,
    "print_stacktrace": 1,
    "report_error_type": 1,
    "symbolize": 0,
}


@dataclass(frozen=True)
class Settings:
    """What is the same for every runner that a worker starts.

    `timeout` is in seconds for one input, `memory_mb` in MiB for the process.
    """

    core: Path
    entry: str
    runner: Path
    sanitizer: Sanitizer
    timeout: float
    memory_mb: int
    symbolize: bool
    environment: Mapping[str, str] = field(default_factory=dict)

    def symbolizer(self) -> str | None:
        """Return the path of llvm-symbolizer, None when not asked for or not installed."""
        if not self.symbolize:
            return None
        try:
            return find_llvm_tool("llvm-symbolizer")
        except ToolError:
            # A report without line numbers is worth more than none; doctor says what to install.
            return None

    def process_environment(self) -> dict[str, str]:
        """Return the runner's whole environment."""
        environment = {k: v for k, v in os.environ.items() if k not in _FOREIGN}
        environment["MALLOC_PERTURB_"] = _DIRTY_HEAP
        environment["ASAN_OPTIONS"] = _join(self._address_options())
        environment["UBSAN_OPTIONS"] = _join(_COMMON_OPTIONS)
        environment.update(self.environment)
        return environment

    def _address_options(self) -> dict[str, object]:
        options = _COMMON_OPTIONS | {
            "detect_leaks": 0,
            # Half a screen that is the same in every report.
            "print_legend": 0,
            # The fake stack missed a real far out-of-bounds index (docs/engine-notes.md 7).
            "detect_stack_use_after_return": 0,
            "allocator_may_return_null": 0,
            "max_allocation_size_mb": self.memory_mb,
            "hard_rss_limit_mb": self.memory_mb,
        }
        for signal in ("segv", "sigbus", "abort", "sigill", "sigfpe", "sigtrap"):
            options[f"handle_{signal}"] = _EXCLUSIVE
        if not self.symbolize:
            options |= {"quarantine_size_mb": 10, "malloc_context_size": 0}
        return options


def _join(options: dict[str, object]) -> str:
    # The value in quotes: a path may hold the separator.
    return ":".join(f"{name}='{value}'" for name, value in options.items())
