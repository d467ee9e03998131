# SPDX-License-Identifier: Apache-2.0
"""Judge: what Atheris calls for the inputs that the driver shows to Python."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.model import Verdict
from groundstop.native import Driver

if TYPE_CHECKING:
    from groundstop.target import Oracle

__all__ = ["Judge", "OracleFinding"]


class OracleFinding(Exception):  # noqa: N818  (a finding is not an error of this program)
    """An oracle says that an input shows a bug; libFuzzer stores the input."""


class Judge:
    """Shows each input's outcome to the oracles and raises the first finding.

    The oracles are loaded with the first input that Python sees, not before: libFuzzer's
    fork mode starts many short processes.  With `artifacts`, a finding is also written
    there as `crash-<SHA-1 of the input>.oracle`, beside the input that libFuzzer stores.
    """

    def __init__(
        self,
        driver: Driver,
        oracles: Callable[[], Sequence[Oracle]],
        artifacts: Path | None = None,
    ) -> None:
        self._driver = driver
        self._load = oracles
        self._oracles: Sequence[Oracle] | None = None
        self._artifacts = artifacts

    def __call__(self, data: bytes) -> None:
        """Judge one input; the driver holds its outcome."""
        outcome = self._driver.outcome()
        if self._oracles is None:
            self._oracles = self._load()
        for oracle in self._oracles:
            judgement = oracle.judge(data, outcome)
            if judgement.verdict is Verdict.FINDING:
                self._note(data, f"{oracle.name}: {judgement.message}")
                raise OracleFinding(f"{oracle.name}: {judgement.message}")

    def _note(self, data: bytes, text: str) -> None:
        if self._artifacts and self._artifacts.is_dir():
            name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            (self._artifacts / f"crash-{name}.oracle").write_text(text + "\n", encoding="utf-8")
