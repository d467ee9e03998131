# SPDX-License-Identifier: Apache-2.0
"""Run fuzzers at the same time on one processor, so that all meet the same machine.

A shared machine changes its speed by a fifth from minute to minute; programs that take turns
every few milliseconds, as the kernel makes them, all see the same.  Bulej et al., "Duet
Benchmarking" (ICPE 2020), measured what this is worth.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.bench._program import Program
from groundstop.bench._trial import Trial, added

__all__ = ["run_together"]

# Seconds between two looks at what has come of the programs.
_MOMENT = 0.01

# Starts a program: its number (0, 1, ...) and a new folder of its own are given.
Start = Callable[[int, Path], Program]


@dataclass(slots=True)
class _Lane:
    """One contender: what runs now, and what has run."""

    start: Start
    folder: Path
    trials: list[Trial] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)

    def launch(self) -> Program:
        number = len(self.programs)
        self.programs.append(self.start(number, self.folder / str(number)))
        return self.programs[-1]


def run_together(
    starts: Sequence[Start], folder: Path, budget: float, *, again: bool
) -> list[Trial]:
    """Run a program of each, at once, for `budget` seconds of processor time each.

    A program that ends earlier, because it found something, is started `again` if wanted, as
    often as it takes.  All of them must be bound to one processor.  Raises CampaignError when
    one does not start to fuzz.
    """
    lanes = [_Lane(start, folder / str(index)) for index, start in enumerate(starts)]
    with _ended(lanes):
        first = [lane.launch() for lane in lanes]
        _wait(lambda: all(program.ready for program in first))
        for program in first:
            program.begin()
        _wait(lambda: all(program.fuzzing for program in first))
        until = time.monotonic() + budget * len(lanes)
        while time.monotonic() < until and any(lane.programs[-1].running for lane in lanes):
            for lane in lanes:
                _look_after(lane, len(lanes), again=again)
            time.sleep(_MOMENT)
        ended = time.monotonic()
        # All at once: whoever runs on has more of the processor than it is charged for.
        for lane in lanes:
            lane.programs[-1].tell_to_end()
        for lane in lanes:
            _close(lane, ended, len(lanes))
    return [added(lane.trials) for lane in lanes]


def _wait(until: Callable[[], bool]) -> None:
    while not until():
        time.sleep(_MOMENT)


def _look_after(lane: _Lane, sharing: int, *, again: bool) -> None:
    program = lane.programs[-1]
    if not program.begun:
        if program.ready:
            program.begin()
    elif again and program.fuzzing and not program.running:
        _close(lane, time.monotonic(), sharing)
        lane.launch()


def _close(lane: _Lane, ended: float, sharing: int) -> None:
    lane.programs[-1].finish()
    watch = lane.programs[-1].watch
    if watch.started is not None:
        lane.trials.append(watch.trial(max(ended, watch.started), sharing))


@contextlib.contextmanager
def _ended(lanes: Sequence[_Lane]) -> Iterator[None]:
    """No program outlives the bench."""
    try:
        yield
    finally:
        for lane in lanes:
            if lane.programs and lane.programs[-1].running:
                lane.programs[-1].tell_to_end()
        for lane in lanes:
            for program in lane.programs:
                program.finish()
