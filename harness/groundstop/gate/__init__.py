# SPDX-License-Identifier: Apache-2.0
"""A gate decides for each candidate file: ship or hold, with evidence.

It runs stages, cheapest first, and fails closed: a stage that could not run holds.
"""

from groundstop.gate._decision import Decision, GateResult, StageResult, StageStatus
from groundstop.gate._gate import run_gate
from groundstop.gate._incident import StepOutcome, rehearse

__all__ = [
    "Decision",
    "GateResult",
    "StageResult",
    "StageStatus",
    "StepOutcome",
    "rehearse",
    "run_gate",
]
