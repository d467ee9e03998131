# SPDX-License-Identifier: Apache-2.0
"""Synthesis makes events that reach every criterion of a channel file with both outcomes.

For each criterion: values that satisfy the criteria before it, then a match for it and a
near miss.  What no event reaches is proven so, or listed.
"""

from groundstop.targets.channel.synthesis.judge import machines_of
from groundstop.targets.channel.synthesis.machine import Machine
from groundstop.targets.channel.synthesis.search import never_misses
from groundstop.targets.channel.synthesis.synthesize import synthesize

__all__ = ["Machine", "machines_of", "never_misses", "synthesize"]
