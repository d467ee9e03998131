# SPDX-License-Identifier: Apache-2.0
"""A bench measures contenders side by side, in one run, on the same core, seeds and budget."""

from groundstop.bench._bench import BenchOptions, BenchReport, Result, run_bench
from groundstop.bench._picture import draw
from groundstop.bench._report import as_document, print_report
from groundstop.bench._stats import Comparison, Times, a12, compare
from groundstop.bench._trial import Trial

__all__ = [
    "BenchOptions",
    "BenchReport",
    "Comparison",
    "Result",
    "Times",
    "Trial",
    "a12",
    "as_document",
    "compare",
    "draw",
    "print_report",
    "run_bench",
]
