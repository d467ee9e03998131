# SPDX-License-Identifier: Apache-2.0
"""A scaffold is the least that fuzzes: a target, its format, an entry point, a seed, a Makefile."""

from groundstop.scaffold._change import Written
from groundstop.scaffold._scaffold import Scaffold

__all__ = ["Scaffold", "Written"]
