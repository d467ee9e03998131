# SPDX-License-Identifier: Apache-2.0
"""A gate decides for each candidate file: ship or hold, with evidence.

It runs stages, cheapest first, and fails closed: a stage that could not run holds.
"""

from groundstop.gate._candidates import Candidates, find_candidates
from groundstop.gate._decision import Decision, GateResult, StageResult, StageStatus
from groundstop.gate._gate import run_gate
from groundstop.gate._git import changes_since
from groundstop.gate._incident import Hunt, Rehearsal, StepOutcome

__all__ = [
    "Candidates",
    "Decision",
    "GateResult",
    "Hunt",
    "Rehearsal",
    "StageResult",
    "StageStatus",
    "StepOutcome",
    "changes_since",
    "find_candidates",
    "run_gate",
]
