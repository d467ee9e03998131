# SPDX-License-Identifier: Apache-2.0
"""What an oracle is, and what it may ask of the core that it judges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from groundstop.model import Death, Judgement, Outcome, Release, Variant

__all__ = ["Context", "Oracle"]


class Context(Protocol):
    """The core that gave an outcome, and others to compare it with.

    `variant` is the build that gave it, `fleet` every release to compare with, that of
    `variant` with its history patch included.  What runs here runs in processes of its
    own, apart from the one that gave the outcome.
    """

    @property
    def variant(self) -> Variant:
        """The build that gave the outcome."""

    @property
    def fleet(self) -> tuple[Release, ...]:
        """Every release that the content is for."""

    def tree(self, release: Release) -> Path:
        """Return the very sources that `release` was built from."""

    def run(
        self,
        testcase: bytes,
        *,
        variant: Variant | None = None,
        entry: str = "",
        fill: int | None = None,
    ) -> Outcome | Death:
        """Run a testcase on `variant` (default: the one that gave the outcome).

        `entry` is another function of the core than its entry point, of the same form.
        With `fill` (0 to 255) fresh heap memory and the stack hold that byte before, and
        the outcome's `stack` is measured.
        """


@runtime_checkable
class Oracle(Protocol):
    """Takes a testcase and its outcome and determines whether there is a bug.

    `name` is what people read, and different for each oracle of a target.  One that judges
    only how content was loaded may say so, `only_loading = True`: it is not asked again about
    the same content with other events.
    """

    name: str

    def variants(self, variant: Variant, fleet: Sequence[Release]) -> Sequence[Variant]:
        """Return the builds that `judge` runs for an outcome of `variant`: built beforehand."""

    def judge(self, testcase: bytes, outcome: Outcome, context: Context) -> Judgement:
        """Return the verdict, with for a finding one line on what is wrong.

        Further lines of the message are its report.  Whatever is raised here is reported as
        a broken oracle.
        """
