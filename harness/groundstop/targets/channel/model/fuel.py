# SPDX-License-Identifier: Apache-2.0
"""What an evaluation may spend."""

from __future__ import annotations

__all__ = ["BUDGET", "Fuel", "OutOfFuelError"]

BUDGET = 1 << 20
"""CI_FUEL_DEFAULT of ci.h: what the entry points give to each event."""


class OutOfFuelError(Exception):
    """The budget did not cover a step."""


class Fuel:
    """A budget; `spent` is all of it once a step was not covered.

    Steps may be spent together: when the budget does not cover them all, one of them
    ends the evaluation, and it makes no difference which.
    """

    __slots__ = ("budget", "spent")

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.spent = 0

    def spend(self, cost: int) -> None:
        """Pay for a step, or raise OutOfFuelError."""
        self.spent += cost
        if self.spent > self.budget:
            self.spent = self.budget
            raise OutOfFuelError
