# SPDX-License-Identifier: Apache-2.0
"""The failure of a property whose core did not survive a testcase."""

from __future__ import annotations

import functools

from groundstop.config import Project
from groundstop.errors import GroundstopError
from groundstop.findings import Finding, headline, parse_report
from groundstop.model import Death, Variant
from groundstop.replay import open_worker
from groundstop.target import Target

__all__ = ["CoreDied"]


class CoreDied(AssertionError):  # noqa: N818  (no error of this program)
    """A build of the core died of a testcase.

    Its text is what happened and where, the decoded content, and the symbolized report.
    Symbolizing takes a second, and Hypothesis tries hundreds of failing examples for the one
    that it shows: it is done when somebody asks.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (all that it takes to run the testcase again)
        self,
        project: Project,
        target: Target,
        variant: Variant,
        testcase: bytes,
        death: Death,
        entry: str = "",
        fill: int | None = None,
    ) -> None:
        super().__init__(project, target, variant, testcase, death, entry, fill)
        self.project = project
        self.target = target
        self.variant = variant
        self.testcase = testcase
        self.death = death
        self._how = (entry, fill)

    def __str__(self) -> str:
        where = f"{self.target.name} {self.variant}"
        parts = [f"{where} died: {headline(self.explained)}"]
        parts.append(self.target.content.show(self.testcase).rstrip())
        parts.append(self.explained.report.rstrip())
        return "\n\n".join(part for part in parts if part)

    def finding(self, kind: str) -> Finding:
        """Return the finding of that kind that this death is, by the core's own frames."""
        death = self.explained
        report = parse_report(death.report, death.kind)
        said = f"{report.kind}: {report.detail}" if report.detail else report.kind
        return Finding(self.target.name, self.variant, kind, said, report.own_frames())

    @functools.cached_property
    def explained(self) -> Death:
        """The same death with function names and lines, where it can be had."""
        entry, fill = self._how
        try:
            with open_worker(self.target, self.variant, self.project, symbolize=True) as worker:
                again = worker.run(self.testcase, entry=entry, fill=fill)
        except GroundstopError:
            return self.death
        # A death that does not happen again is still one that happened.
        return again if isinstance(again, Death) else self.death
