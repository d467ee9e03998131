# SPDX-License-Identifier: Apache-2.0
"""The picture: edges over time, a line for each contender's median trial."""

from __future__ import annotations

import bisect
import statistics
from collections.abc import Sequence
from pathlib import Path

from groundstop.bench._bench import BenchReport
from groundstop.bench._trial import Trial

__all__ = ["draw"]

_POINTS = 200


def draw(report: BenchReport, path: Path) -> None:
    """Write a PNG; needs matplotlib (the `bench` extra)."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    seconds = report.options.seconds
    # From the first tenth of a second on: the axis is logarithmic.
    times = [0.1 * (seconds / 0.1) ** (i / (_POINTS - 1)) for i in range(_POINTS)]
    for result in report.results:
        trials = [trial for trial in result.fuzzing if trial.edges]
        if not trials:
            continue
        at = [[_edges_at(trial, t) for trial in trials] for t in times]
        line = axes.plot(times, [statistics.median(a) for a in at], label=result.name)[0]
        low, high = [min(a) for a in at], [max(a) for a in at]
        axes.fill_between(times, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.set_xscale("log")
    axes.set_xlabel("seconds of fuzzing")
    axes.set_ylabel("edges")
    axes.set_title(
        f"{report.target} {report.release}: edges over time, median and range of "
        f"{report.options.trials} trials of {seconds:g} s"
    )
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _edges_at(trial: Trial, seconds: float) -> int:
    at: Sequence[float] = [time for time, _ in trial.edges]
    position = bisect.bisect_right(at, seconds)
    return trial.edges[max(0, position - 1)][1]
