# SPDX-License-Identifier: Apache-2.0
"""A pattern is a regular expression over bytes, compiled to a program that runs in linear time."""

from groundstop.targets.channel.patterns.compiler import Program, compile_pattern
from groundstop.targets.channel.patterns.listing import disassemble
from groundstop.targets.channel.patterns.program import Condition, Insn, Op
from groundstop.targets.channel.patterns.regex import PatternError

__all__ = [
    "Condition",
    "Insn",
    "Op",
    "PatternError",
    "Program",
    "compile_pattern",
    "disassemble",
]
