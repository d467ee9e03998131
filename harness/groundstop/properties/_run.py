# SPDX-License-Identifier: Apache-2.0
"""Run a property on stored bytes, and tell what came of it for people and for findings."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import signal
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from groundstop.errors import BuildError, CoreError, InputError, ReplayError, ToolError
from groundstop.findings import Finding, Frame
from groundstop.model import Release, Sanitizer, Variant
from groundstop.properties._died import CoreDied
from groundstop.properties._driver import driving
from groundstop.properties._property import Property

__all__ = [
    "MACHINE_ERRORS",
    "Failure",
    "PropertyTimeoutError",
    "failing_place",
    "finding_kind",
    "is_skip",
    "one_line",
    "run_property",
]

# What is no fault of the property: nothing can be said of the input.
MACHINE_ERRORS = (BuildError, CoreError, ReplayError, ToolError)
# Longer than replay gives one run of the core: what hangs there is found as the core's death.
_SECONDS = 30.0
_HYPOTHESIS = f"{os.sep}hypothesis{os.sep}"
# What it prints before an example depends on Hypothesis' version and on why it prints it.
_EXAMPLE = re.compile(r"\A(Trying example|Test case|Falsifying example|Failing test case): ?")


@dataclass(frozen=True)
class Failure:
    """A property that failed: what it raised, and the example as Hypothesis prints it.

    `variant` is the build that it ran on first.
    """

    prop: Property
    target_name: str
    variant: Variant
    error: BaseException
    example: str

    @property
    def place(self) -> str:
        """As `failing_place`: a quick answer to whether two failures are alike."""
        return failing_place(self.prop, self.error)

    @functools.cached_property
    def finding(self) -> Finding:
        """The finding: by the core's own frames where it died, else by the property's."""
        kind = finding_kind(self.prop.node)
        if isinstance(self.error, CoreDied):
            return self.error.finding(kind)
        frames = _frames(self.prop, self.error)
        return Finding(self.target_name, self.variant, kind, one_line(self.error), frames)

    @property
    def report(self) -> str:
        """All of it for people."""
        if isinstance(self.error, CoreDied):
            return f"{self.example}\n\n{self.error}\n"
        stack = "".join(_own_stack(self.error).format())
        said = "".join(traceback.format_exception_only(self.error))
        return f"{self.example}\n\nTraceback (most recent call last):\n{stack}{said}"


def run_property(
    prop: Property, data: bytes, release: Release | None, sanitizer: Sanitizer | None = None
) -> Failure | None:
    """Run a property on the example that `data` stands for, in isolated builds of its core.

    `release` None is the one that the property is declared for, `sanitizer` None all of its
    sanitizers.  Raises InputError when the bytes stand for no example or for one that the test
    skips, and GroundstopError when the core cannot be built or run.
    """
    core, used = prop.core_for(release)
    variant = Variant(used, sanitizer or Sanitizer.ADDRESS)
    printed = io.StringIO()
    with driving(release, (sanitizer,) if sanitizer else ()):
        # Before the clock starts: a compiler that takes long is no property that hangs.
        prop.build()
        fuzz = prop.fuzz_target(verbose=True)
        try:
            with contextlib.redirect_stdout(printed), _within(_SECONDS):
                kept = fuzz(data)
        except (KeyboardInterrupt, *MACHINE_ERRORS):
            raise
        except BaseException as error:  # noqa: BLE001  (pytest's own are no Exception)
            if is_skip(error):
                raise InputError(f"{prop.node} skips this example: {error}") from None
            example = _EXAMPLE.sub("Falsifying example: ", printed.getvalue().strip())
            return Failure(prop, core.target_name, variant, error, example)
    if kept is None:
        raise InputError(
            f"{prop.node}: these bytes stand for no example: the test's strategies or the version "
            "of Hypothesis are not those that they were found with"
        )
    return None


class PropertyTimeoutError(BaseException):
    """A property did not come to an end; what it catches itself must not stop this."""


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise PropertyTimeoutError in what takes longer; only in the main thread of a process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> NoReturn:
        raise PropertyTimeoutError(f"timeout: no end within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def finding_kind(node: str) -> str:
    """Return the kind of the findings of the property `node`."""
    return f"property {node}"


def is_skip(error: BaseException) -> bool:
    """Return whether a test says that it does not apply: pytest's skip, or unittest's."""
    names = {(base.__module__, base.__name__) for base in type(error).__mro__}
    return bool(
        names
        & {("_pytest.outcomes", "Skipped"), ("builtins", "Skipped"), ("unittest.case", "SkipTest")}
    )


def one_line(error: BaseException) -> str:
    """Return what went wrong in one line; for a bare assert its source."""
    name = type(error).__name__
    text = str(error).strip() or _source_line(error)
    first = text.splitlines()[0] if text else ""
    return f"{name}: {first}" if first else name


def failing_place(prop: Property, error: BaseException) -> str:
    """Return what tells a failure from others of the same property: its kind and its line."""
    if isinstance(error, CoreDied):
        return f"{error.variant} {error.death.kind}"
    frames = _frames(prop, error)
    return f"{type(error).__name__} {frames[0].place if frames else ''}"


def _frames(prop: Property, error: BaseException) -> tuple[Frame, ...]:
    """Return where in the property's own file it failed, innermost first.

    Nowhere for one that did not end: that is where it was sampled.
    """
    if isinstance(error, PropertyTimeoutError):
        return ()
    file = str(prop.file)
    own = [frame for frame in reversed(_own_stack(error)) if frame.filename == file]
    return tuple(Frame(frame.name, file, frame.lineno or 0) for frame in own)


def _own_stack(error: BaseException) -> traceback.StackSummary:
    """Return the stack from the test on, innermost last: without what called the test."""
    stack = traceback.extract_tb(error.__traceback__)
    last = max((i for i, f in enumerate(stack) if _HYPOTHESIS in f.filename), default=-1)
    return traceback.StackSummary.from_list(stack[last + 1 :]) if stack[last + 1 :] else stack


def _source_line(error: BaseException) -> str:
    stack = traceback.extract_tb(error.__traceback__)
    return (stack[-1].line or "") if stack else ""
