# SPDX-License-Identifier: Apache-2.0
"""Whatever a sensor goes through, what is active is what the model says."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from groundstop.properties import core
from support.channel import planted_core
from support.hunting import HUNT
from support.sessions import Sensor

STEPS = 12


class Newest(Sensor):
    core = core("channel")


TestNewest = Newest.TestCase
TestNewest.settings = settings(max_examples=25, stateful_step_count=STEPS)


@pytest.mark.parametrize(
    "defect, symptom",
    [
        ("allocation-unloads", "^data: .*no content"),
        pytest.param("allocation", "^finding: .* still allocated", marks=pytest.mark.slow),
    ],
)
def test_planted_a_load_without_memory_goes_wrong(defect: str, symptom: str) -> None:
    class Planted(Sensor):
        core = planted_core(defect)

    with pytest.raises(AssertionError, match=symptom):
        run_state_machine_as_test(Planted, settings=settings(HUNT, stateful_step_count=STEPS))
