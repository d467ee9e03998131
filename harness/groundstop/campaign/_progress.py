# SPDX-License-Identifier: Apache-2.0
"""What is known of a campaign while it runs, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from groundstop.campaign._stats import DriverStats

__all__ = ["Artifact", "CampaignResult", "Observer", "Progress"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """An input that was stored because of a finding.

    `kind` is `crash`, `timeout`, `oom`, `leak`, or `broken` where it is the oracle that
    failed; `summary` one line on what happened, empty where nothing was printed (fork mode
    prints none); `report` the file with all of it.
    """

    path: Path
    kind: str
    summary: str = ""
    report: Path | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign at one moment.

    `elapsed` and `seconds` (how long it is to last) are seconds, `rate` the inputs per
    second over the last moments, `edges` those of the core that were covered, `corpus`
    the units that the fuzzer holds.
    """

    elapsed: float
    seconds: float
    stats: DriverStats = field(default_factory=DriverStats)
    rate: float = 0.0
    edges: int = 0
    features: int = 0
    corpus: int = 0
    findings: int = 0


class Observer(Protocol):
    """Is told how a campaign goes, some five times a second."""

    def update(self, progress: Progress) -> None:
        """Take the campaign's present state."""


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """What a campaign came to.

    `progress.rate` is the average over the whole campaign, `evolved` the folder with the units
    kept, `new_units` how many of them this campaign added, `replaced_units` how many it took
    away because a smaller one does the same.  `interrupted` says that a
    signal ended it before its time.  `oracles` names those of the target, `missing` has one
    line for each thing that could not be judged, and why, `notes` one for each thing that the
    core did to the process, and that is no finding.  `unstored` says that an input did not return,
    and that nobody could store it.  `lost` has a line for each thing that could not be written,
    `has_lost_input` says that an input that ended the process is among them.
    """

    progress: Progress
    artifacts: tuple[Artifact, ...]
    evolved: Path
    new_units: int
    replaced_units: int
    restarts: int
    interrupted: bool
    log: Path
    oracles: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unstored: bool = False
    lost: tuple[str, ...] = ()
    has_lost_input: bool = False

    @property
    def findings(self) -> int:
        """How many findings look different: by summary, else by kind."""
        return len({a.summary or a.kind for a in self.artifacts})

    @property
    def hang_seconds(self) -> float | None:
        """The limit that the last hanging input had, None where none hung."""
        return self.progress.stats.hang_ns / 1e9 or None

    @property
    def exit_status(self) -> int:
        """0 when nothing was found, 1 for findings, 2 where something else was lost.

        An interruption changes nothing.
        """
        if self.artifacts or self.unstored or self.has_lost_input:
            return 1
        return 2 if self.lost else 0
