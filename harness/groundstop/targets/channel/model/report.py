# SPDX-License-Identifier: Apache-2.0
"""What the entry points report: the fields of groundstop.model.Outcome, by the specification."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groundstop.model import Outcome, Stage
from groundstop.targets.channel.model.evaluate import evaluate
from groundstop.targets.channel.model.fuel import BUDGET
from groundstop.targets.channel.model.limit import fuel_limit
from groundstop.targets.channel.model.load import Fault, File
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from groundstop.targets.channel.model.channel import Content
    from groundstop.targets.channel.model.evaluate import Event
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["Report"]

_REPORTED = 64  # ids of one event


@dataclass(slots=True)
class Report:
    """What came of one testcase; `returned` is -1 until something was loaded.

    `out_of_fuel` says that the budget ended an evaluation.  Then `details` lack some of
    the instructions executed: in which order those of one position are is not specified.
    """

    data: bytes = b""
    stage: Stage = Stage.NONE
    returned: int = -1
    fuel: int = 0
    fuel_bound: int = 0
    out_of_fuel: bool = False
    elements: set[tuple[int, int]] = field(default_factory=set)
    details: set[tuple[int, int]] = field(default_factory=set)

    def load(self, status: Status, file: File = File.NONE) -> None:
        """Add a load."""
        self.data += bytes([ord("L"), status, file])
        if status is Status.OK:
            self._reached(Stage.LOADED)
            self.returned = 0
        else:
            self._reached(Stage.REJECTED)

    def loaded(self, content: Content | Fault) -> None:
        """Add a load by what came of it."""
        if isinstance(content, Fault):
            self.load(content.status, content.file)
        else:
            self.load(Status.OK)

    def unload(self) -> None:
        """Add an unload."""
        self.data += b"U"

    def event(self, content: Content | None, release: SuppliedRelease, event: Event) -> None:
        """Evaluate an event with the entry points' budget and add what came of it."""
        result = evaluate(content, release, event, BUDGET)
        ids = result.matches[:_REPORTED]
        self.data += struct.pack(f"<cBI{len(ids)}I", b"E", result.status, len(result.matches), *ids)
        self.fuel += result.spent
        self.fuel_bound += fuel_limit(content, release, event)
        self.elements |= result.elements
        self.details |= {(number, 0) for number in result.executed}
        if result.status is Status.OUT_OF_FUEL:
            self.out_of_fuel = True
        if result.status in {Status.OK, Status.OUT_OF_FUEL}:
            self._reached(Stage.EVALUATED)

    def outcome(self) -> Outcome:
        """Return what a core that keeps to the specification reports while it is fuzzed."""
        return Outcome(
            self.returned,
            self.stage,
            self.data,
            frozenset(self.elements),
            fuel=self.fuel,
            fuel_bound=self.fuel_bound,
        )

    def _reached(self, stage: Stage) -> None:
        self.stage = max(self.stage, stage)
