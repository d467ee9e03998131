# SPDX-License-Identifier: Apache-2.0
"""Judge: what Atheris calls for the inputs that the driver shows to Python."""

from __future__ import annotations

import functools
import gc
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from groundstop.campaign._options import ScriptOptions
from groundstop.config import find_project
from groundstop.errors import InputError
from groundstop.files import unit_name, write_atomically
from groundstop.model import Sanitizer, Variant, Verdict
from groundstop.native import Driver
from groundstop.oracles import Broken, judge_in_turn
from groundstop.target import Context, Oracle, Target, load_target
from groundstop.terminal import complain

__all__ = ["Judge", "OracleFinding", "judge_of"]

# How much may be left behind before it is looked at: objects (some 10 MiB where they are
# small), and bytes of testcases (few objects may hold many).
_GARBAGE_OBJECTS = 50_000
_GARBAGE_BYTES = 16 << 20


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
        self._seen_bytes = 0

    def __call__(self, data: bytes) -> None:
        """Judge one input; the driver holds its outcome."""
        outcome = self._driver.outcome()
        self._seen_bytes += len(data)
        if self._seen_bytes > _GARBAGE_BYTES:
            gc.collect()
            self._seen_bytes = 0
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
                self._note(f"crash-{unit_name(data)}", found)
                raise OracleFinding(found.partition("\n")[0])

    def _note_broken(self, name: str, words: str, data: bytes) -> None:
        complain(f"oracle {name} is broken and not asked again: {words}")
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
            complain(error)


def judge_of(target: str | Target, argv: Sequence[str], driver: Driver) -> Judge:
    """Return what judges a campaign on `target`; `argv` is the entry script's command line."""
    options = ScriptOptions.parse(argv[1:], os.environ)
    prefix = options.flag("artifact_prefix")
    folder = Path(prefix) if prefix and prefix.endswith("/") else None
    return Judge(driver, lambda: _bench(target, argv[0], options), folder)


def _bench(
    target: str | Target, script: str, options: ScriptOptions
) -> tuple[Sequence[Oracle], Context]:
    """Return the oracles, and what they may ask of the core; nothing of it runs yet."""
    project = find_project(Path(script).parent)
    loaded = load_target(project, target) if isinstance(target, str) else target
    # What `prepare` has put into the environment, or the flag that it came from.
    sanitizer = options.sanitizer or Sanitizer.ADDRESS
    variant = Variant(options.release or loaded.core.fleet[-1], sanitizer)

    def reruns() -> Context:
        from groundstop.replay import Builds, Reruns

        builds = Builds(loaded, project, json.loads(os.environ["GROUNDSTOP_BUILDS"]))
        return Reruns(loaded, project, variant, builds=builds)

    # A decoded testcase is a thousand objects in a cycle.  Looking at them all again and again
    # while they are made takes longer than making them.
    gc.freeze()
    gc.set_threshold(_GARBAGE_OBJECTS)
    return loaded.oracles, cast("Context", _Later(reruns))


class _Later:
    """Stands for an object that is made when first used: not every oracle runs something."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._made = functools.cache(make)

    def __getattr__(self, name: str) -> object:
        return getattr(self._made(), name)
