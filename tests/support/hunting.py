# SPDX-License-Identifier: Apache-2.0
"""How tests look for a planted defect: the same way every time, until the first failure."""

from __future__ import annotations

from hypothesis import Phase, settings

HUNT = settings(
    max_examples=2000,
    phases=[Phase.generate],
    derandomize=True,
    report_multiple_bugs=False,
)
