# SPDX-License-Identifier: Apache-2.0
"""July 19, 2024, retold: the content of that day, and what each check said of it."""

from __future__ import annotations

from pathlib import Path

from groundstop.model import Release
from groundstop.target import Incident, Step

__all__ = ["INCIDENT"]

_HERE = Path(__file__).parent

INCIDENT = Incident(
    title="Channel File 291, 2024-07-19 04:09 UTC",
    release=Release("7.11", "2024-07"),
    today=Release("7.11"),
    steps=(
        Step(
            "definition",
            "content validator: the instance against the template definition",
            _HERE / "channel-291.toml",
            "the definition says 21 inputs, and so does the instance: nothing to see",
        ),
        Step(
            "load",
            "load test: the sensor reads the file",
            _HERE / "channel-291.toml",
            "loading is not evaluating",
        ),
        Step(
            "evaluate",
            "stress test of March: a wildcard on input 21",
            _HERE / "channel-291-wildcard.toml",
            "a wildcard never reads its input: four instances shipped like this",
        ),
        Step(
            "evaluate",
            "the lucky case: an earlier criterion does not match",
            _HERE / "channel-291-mismatch.toml",
            "evaluation stops before input 21 is read",
        ),
        Step(
            "coverage",
            "content coverage of the lucky case",
            _HERE / "channel-291-mismatch.toml",
            "nothing crashes, and nothing was tested of what would",
        ),
        Step(
            "synthesis",
            "content coverage with events made for it",
            _HERE / "channel-291-mismatch.toml",
            "an event for each criterion, with a match and a near miss for it, leaves no luck",
            passed=False,
        ),
        Step(
            "evaluate",
            "the first event that matches criteria 1 to 20",
            _HERE / "channel-291.toml",
            "the interpreter reads element 20 of an array of 20",
            passed=False,
        ),
    ),
    candidate=_HERE / "channel-291.toml",
    fleet=(Release("7.10"), Release("7.11", "2024-07"), Release("7.15")),
)
