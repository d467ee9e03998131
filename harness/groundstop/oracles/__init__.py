# SPDX-License-Identifier: Apache-2.0
"""Oracles take a testcase and its outcome and determine whether there is a bug.

A target lists the ones that judge it.  What they need of a core they get as callables and
through `groundstop.target.Context`; none of them knows any content.
"""

from groundstop.oracles._accepted import Accepted, Validate
from groundstop.oracles._allocation import AllocationFailure
from groundstop.oracles._boundedwork import BoundedWork
from groundstop.oracles._compare import Describe, Fatal
from groundstop.oracles._determinism import Determinism
from groundstop.oracles._judge import CORE, Broken, judge_all, judge_in_turn
from groundstop.oracles._memory import Memory
from groundstop.oracles._model import Model, Predict, Prediction
from groundstop.oracles._releases import Alike, Releases
from groundstop.oracles._roundtrip import RoundTrip

__all__ = [
    "CORE",
    "Accepted",
    "Alike",
    "AllocationFailure",
    "BoundedWork",
    "Broken",
    "Describe",
    "Determinism",
    "Fatal",
    "Memory",
    "Model",
    "Predict",
    "Prediction",
    "Releases",
    "RoundTrip",
    "Validate",
    "judge_all",
    "judge_in_turn",
]
