# SPDX-License-Identifier: Apache-2.0
"""A report says what the corpus reaches, for people and for programs."""

from groundstop.report._coverage import CoverageReport, FileCoverage, measure_coverage

__all__ = ["CoverageReport", "FileCoverage", "measure_coverage"]
