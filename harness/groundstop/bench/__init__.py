# SPDX-License-Identifier: Apache-2.0
"""A bench measures contenders side by side, in one run, on the same core, seeds and budget."""

from groundstop.bench._stats import Comparison, Times, a12, compare

__all__ = ["Comparison", "Times", "a12", "compare"]
