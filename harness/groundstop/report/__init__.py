# SPDX-License-Identifier: Apache-2.0
"""A report says what is reached, of a core by its corpus, and of content by events."""

from groundstop.report._content import ContentCoverage, content_coverage, covering_toolchain
from groundstop.report._coverage import CoverageReport, FileCoverage, measure_coverage

__all__ = [
    "ContentCoverage",
    "CoverageReport",
    "FileCoverage",
    "content_coverage",
    "covering_toolchain",
    "measure_coverage",
]
