# SPDX-License-Identifier: Apache-2.0
"""Judge: what Atheris calls for the inputs that the driver shows to Python."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import InputError
from groundstop.files import write_atomically
from groundstop.model import Verdict
from groundstop.native import Driver

if TYPE_CHECKING:
    from groundstop.target import Context, Oracle

__all__ = ["Judge", "OracleFinding"]


class OracleFinding(Exception):  # noqa: N818  (a finding is not an error of this program)
    """An oracle says that an input shows a bug; libFuzzer stores the input."""


class Judge:
    """Shows each input's outcome to the oracles, in turn, and raises the first finding.

    `load` gives the oracles and what they may ask of the core: with the first input that
    Python sees, not before, since libFuzzer's fork mode starts many short processes.

    With `artifacts`, a finding is also written there as `crash-<SHA-1 of the input>.oracle`,
    beside the input that libFuzzer stores.  A broken oracle is not asked again in this
    process: `broken-<its name>` is the input that it failed on, with its traceback beside it.
    """

    def __init__(
        self,
        driver: Driver,
        load: Callable[[], tuple[Sequence[Oracle], Context]],
        artifacts: Path | None = None,
    ) -> None:
        self._driver = driver
        self._load = load
        self._loaded: tuple[list[Oracle], Context] | None = None
        self._artifacts = artifacts

    def __call__(self, data: bytes) -> None:
        """Judge one input; the driver holds its outcome."""
        from groundstop.oracles import Broken, judge_in_turn

        outcome = self._driver.outcome()
        if self._loaded is None:
            oracles, context = self._load()
            self._loaded = list(oracles), context
        asked, context = self._loaded
        for name, judgement in judge_in_turn(tuple(asked), data, outcome, context):
            if isinstance(judgement, Broken):
                asked[:] = [oracle for oracle in asked if oracle.name != name]
                self._note_broken(name, judgement.message, data)
            elif judgement.verdict is Verdict.FINDING:
                # The others are asked when the finding is triaged.
                found = f"{name}: {judgement.message}"
                self._note(f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}", found)
                raise OracleFinding(found.partition("\n")[0])

    def _note_broken(self, name: str, words: str, data: bytes) -> None:
        sys.stderr.write(f"groundstop: oracle {name} is broken and not asked again: {words}\n")
        # One for each oracle, however many processes and inputs it fails in.
        artifact = "broken-" + re.sub(r"[^a-z0-9]+", "-", name.lower())
        self._note(artifact, f"{name}: {words}", data)

    def _note(self, artifact: str, text: str, data: bytes | None = None) -> None:
        if self._artifacts is None or not self._artifacts.is_dir():
            return
        try:
            note = self._artifacts / f"{artifact}.oracle"
            write_atomically(note, f"{text}\n".encode(errors="backslashreplace"))
            if data is not None:
                write_atomically(self._artifacts / artifact, data)
        except InputError as error:
            # The finding itself must not get lost for it.
            sys.stderr.write(f"groundstop: {error}\n")
