# SPDX-License-Identifier: Apache-2.0
"""Sessions for tests: what one sensor goes through, and a machine that thinks of some."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Drawn
from hypothesis.stateful import RuleBasedStateMachine, rule

from groundstop.properties import CoreUnderTest
from groundstop.targets.channel.bundle import Parts
from groundstop.targets.channel.formats import Bundle, Event
from groundstop.targets.channel.formats.session import Load, Session, SessionOp, Step
from support.contents import contents, damaged
from support.laws import model_agrees_on_session

FAIL_AT = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5])
"""Which allocation fails; a load makes four."""


def load(testcase: bytes, fail_at: int = 0) -> Step:
    """Return a step that loads the files of a bundle."""
    parts = Parts.split(testcase)
    assert parts is not None
    body = Load(templates=parts.templates, channel=parts.channel)
    return Step(op=SessionOp.LOAD, fail_at=fail_at, body=body)


def evaluation(event: Event, fail_at: int = 0) -> Step:
    """Return a step that evaluates an event."""
    return Step(op=SessionOp.EVALUATE, fail_at=fail_at, body=event)


class Sensor(RuleBasedStateMachine):
    """Loads, replaces, fails to load, unloads and evaluates, in any order.

    The core goes through all of it in one session when the machine is done; the model then
    says what was active at each step.
    """

    core: CoreUnderTest
    made: Drawn[Bundle] = Drawn("made")

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    @rule(target=made, bundle=contents(max_elements=2, max_events=1), fail_at=FAIL_AT)
    def load(self, bundle: Bundle, fail_at: int) -> Bundle:
        self.steps.append(load(bundle.build(), fail_at))
        return bundle

    @rule(bundle=made, fail_at=FAIL_AT)
    def load_again(self, bundle: Bundle, fail_at: int) -> None:
        self.steps.append(load(bundle.build(), fail_at))

    @rule(testcase=damaged(contents(max_elements=2, max_events=0)), fail_at=FAIL_AT)
    def load_damaged(self, testcase: bytes, fail_at: int) -> None:
        self.steps.append(load(testcase, fail_at))

    @rule(fail_at=FAIL_AT)
    def unload(self, fail_at: int) -> None:
        self.steps.append(Step(op=SessionOp.UNLOAD, fail_at=fail_at, body=None))

    @rule(bundle=made, fail_at=FAIL_AT)
    def evaluate(self, bundle: Bundle, fail_at: int) -> None:
        self.steps.append(evaluation(bundle.events.events[0], fail_at))

    def teardown(self) -> None:
        model_agrees_on_session(self.core, Session(steps=self.steps).build())
