# SPDX-License-Identifier: Apache-2.0
"""A report says what is reached, or known: of a core by its corpus, of content, of a target.

Source coverage of a core, content coverage of a file, and the evidence that a project holds
of a target, for a program or as a page.
"""

from groundstop.report._content import (
    ContentCoverage,
    ContentTally,
    content_coverage,
    covering_toolchain,
)
from groundstop.report._coverage import CoverageReport, FileCoverage, measure_coverage
from groundstop.report._evidence import (
    Damage,
    Evidence,
    FindingFacts,
    RegressionFacts,
    TargetFacts,
    Versions,
)
from groundstop.report._gather import gather_evidence
from groundstop.report._page import render_page

__all__ = [
    "ContentCoverage",
    "ContentTally",
    "CoverageReport",
    "Damage",
    "Evidence",
    "FileCoverage",
    "FindingFacts",
    "RegressionFacts",
    "TargetFacts",
    "Versions",
    "content_coverage",
    "covering_toolchain",
    "gather_evidence",
    "measure_coverage",
    "render_page",
]
