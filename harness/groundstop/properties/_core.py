# SPDX-License-Identifier: Apache-2.0
"""The core that a property is about, whichever driver runs the property."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from groundstop.config import Project, find_project
from groundstop.errors import TargetError
from groundstop.model import Death, Outcome, Release, Sanitizer, Variant
from groundstop.properties._died import CoreDied
from groundstop.properties._driver import driver
from groundstop.properties._workers import build, worker
from groundstop.target import Target, load_target

__all__ = ["CoreUnderTest", "core"]


class CoreUnderTest:
    """A target's core on one release; `core` makes it.

    Nothing is built or started before the first `run`, which therefore takes longer than
    those that follow: give the tests `settings(deadline=None)`.
    """

    def __init__(
        self, folder: Path, target_name: str, release: Release, sanitizers: Sequence[Sanitizer]
    ) -> None:
        self._folder = folder
        self.target_name = target_name
        self.declared = release
        self._sanitizers = tuple(sanitizers)

    @functools.cached_property
    def project(self) -> Project:
        """The project of the file that declared this."""
        return find_project(self._folder)

    @functools.cached_property
    def target(self) -> Target:
        """The target; raises TargetError when there is no such one."""
        return load_target(self.project, self.target_name)

    @property
    def release(self) -> Release:
        """The release it runs: as declared, else as the driver was asked to, else the newest."""
        if self.declared != Release():
            return self.declared
        return driver.release or self.target.core.fleet[-1]

    def build(self) -> None:
        """Build all that `run` may need; raises BuildError, TargetError or ToolError."""
        sanitizers = driver.sanitizers or self._sanitizers
        build(self.target, [Variant(self.release, s) for s in sanitizers], self.project)

    def run(self, testcase: bytes, *, entry: str = "", fill: int | None = None) -> Outcome:
        """Run a testcase and return its outcome.

        `entry` and `fill` are those of `Worker.run`.  In pytest every build of the core runs
        it in a process of its own: CoreDied says that one died, AssertionError that they
        do not agree, or that the core itself says what is wrong (groundstop_finding, fuel
        over its bound).  In a campaign the core whose coverage counts runs it in this process;
        other releases, and runs with `fill`, go to processes of their own there as well.
        """
        release = self.release
        native = driver.native
        if native is not None and fill is None and native.serves(self.target_name, release):
            outcome = native.run(testcase, entry)
        else:
            outcome = self._run_isolated(release, testcase, entry, fill)
        if outcome.finding:
            raise AssertionError(f"finding: {outcome.finding}")
        if outcome.fuel_excess:
            raise AssertionError(
                f"fuel: an evaluation spent {outcome.fuel_excess} more than the core declares"
            )
        return outcome

    def _run_isolated(
        self, release: Release, testcase: bytes, entry: str, fill: int | None
    ) -> Outcome:
        outcomes: list[tuple[Variant, Outcome]] = []
        for sanitizer in driver.sanitizers or self._sanitizers:
            variant = Variant(release, sanitizer)
            opened = worker(self.target, variant, self.project)
            result = opened.run(testcase, entry=entry, fill=fill)
            if isinstance(result, Death):
                raise CoreDied(self.project, self.target, variant, testcase, result, entry, fill)
            outcomes.append((variant, result))
        first_variant, first = outcomes[0]
        for variant, outcome in outcomes[1:]:
            if names := _differences(first, outcome):
                said = "\n".join(
                    f"{name}: {getattr(first, name)!r} on {first_variant}, "
                    f"{getattr(outcome, name)!r} on {variant}"
                    for name in names
                )
                raise AssertionError(f"builds of {self.target_name} do not agree\n{said}")
        return first


def core(
    target_name: str,
    release: str = "",
    *,
    sanitizers: Sequence[Sanitizer] = (Sanitizer.ADDRESS, Sanitizer.UNDEFINED),
) -> CoreUnderTest:
    """Declare the core that the properties of a module are about: at its top level.

    `release` is `NAME[@PATCH]`; left out, it is the newest, or the one that a campaign is
    asked for.  The project is that of the file which calls this.  Raises TargetError for
    what is no release, or no sanitizer at all; the rest is looked at in the first run.
    """
    if not sanitizers:
        raise TargetError(f"core({target_name!r}): name at least one sanitizer")
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    folder = Path(caller.f_code.co_filename).parent if caller else Path.cwd()
    try:
        wanted = Release.parse(release)
    except ValueError as error:
        raise TargetError(f"core({target_name!r}): {error}") from error
    return CoreUnderTest(folder, target_name, wanted, sanitizers)


def _differences(one: Outcome, other: Outcome) -> list[str]:
    # How much stack a function uses is the compiler's business, not an outcome.
    one, other = replace(one, stack=0), replace(other, stack=0)
    names = (field.name for field in fields(Outcome))
    return [name for name in names if getattr(one, name) != getattr(other, name)]
