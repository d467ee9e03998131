# SPDX-License-Identifier: Apache-2.0
"""A gate decides for each candidate file: ship or hold, with evidence.

It runs stages, cheapest first, and fails closed: a stage that could not run holds.
"""

from groundstop.gate._decision import Decision, GateResult, StageResult, StageStatus
from groundstop.gate._gate import run_gate
from groundstop.gate._incident import Hunt, Rehearsal, StepOutcome

__all__ = [
    "Decision",
    "GateResult",
    "Hunt",
    "Rehearsal",
    "StageResult",
    "StageStatus",
    "StepOutcome",
    "run_gate",
]
