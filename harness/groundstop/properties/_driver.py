# SPDX-License-Identifier: Apache-2.0
"""How this process runs properties: as a test, as a campaign, or to reproduce."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundstop.model import Outcome, Release, Sanitizer
from groundstop.native import LoadedCore, load_core, preloaded_driver

__all__ = ["NativeCore", "driver", "driving"]


class NativeCore:
    """The core at `path`, run inside this process, which is a fuzzer's: its coverage counts.

    Raises CoreError when it does not load or no driver is preloaded.
    """

    def __init__(self, path: Path, entry: str, target_name: str, release: Release) -> None:
        self._driver = preloaded_driver()
        self._path = path
        self._entry = entry
        self._served = (target_name, release)
        self._entries: dict[str, LoadedCore] = {}
        self.runs = 0
        self._function(entry)

    def serves(self, target_name: str, release: Release) -> bool:
        """Return whether this is that core."""
        return self._served == (target_name, release)

    def run(self, testcase: bytes, entry: str) -> Outcome:
        """Run a testcase; whatever kills the core kills this process."""
        self.runs += 1
        return self._driver.execute(self._function(entry or self._entry), testcase)

    def _function(self, entry: str) -> Any:  # noqa: ANN401  (a cffi function pointer)
        if entry not in self._entries:
            self._entries[entry] = load_core(self._path, entry)
        return self._entries[entry].function


@dataclass
class _Driver:
    """What was asked for; as it is here, a plain test.

    `release` is for cores that name none, `sanitizers` replace those that they name, and
    `native` is the core of a campaign.
    """

    release: Release | None = None
    sanitizers: tuple[Sanitizer, ...] = ()
    native: NativeCore | None = None


driver = _Driver()


@contextmanager
def driving(release: Release | None, sanitizers: tuple[Sanitizer, ...] = ()) -> Iterator[None]:
    """Run properties on that release and those sanitizers meanwhile."""
    before = (driver.release, driver.sanitizers)
    driver.release, driver.sanitizers = release, sanitizers
    try:
        yield
    finally:
        driver.release, driver.sanitizers = before
