# SPDX-License-Identifier: Apache-2.0
"""What holds for every testcase of the channel target, for sound cores and for defective ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from groundstop.model import Outcome, Stage
from groundstop.properties import CoreUnderTest
from groundstop.targets.channel.judging import alike, validate
from groundstop.targets.channel.model import run_bundle, run_session
from groundstop.targets.channel.status import describe_outcome
from support.channel import supplied, tree_of


def same(outcome: Outcome, other: Outcome, whose: str) -> None:
    """Two outcomes are the same in all that is reported in a campaign too."""
    outcome, other = (replace(each, details=frozenset(), stack=0) for each in (outcome, other))
    names = (field.name for field in fields(Outcome))
    for name in ("data", *names):  # the first says most
        mine, its = getattr(outcome, name), getattr(other, name)
        assert mine == its, f"{name}: {_told(mine)}, by {whose} {_told(its)}"


def _told(value: object) -> str:
    return str(list(describe_outcome(value)) if isinstance(value, bytes) else value)


def model_agrees(core: CoreUnderTest, testcase: bytes) -> Outcome:
    """Return what a testcase did, which is what the model says: fuel and elements included."""
    outcome = core.run(testcase)
    same(outcome, run_bundle(testcase, supplied(core)).outcome(), "the model")
    return outcome


def model_agrees_on_session(core: CoreUnderTest, session: bytes) -> Outcome:
    """Return what a session did, which is what the model says: no memory is lost either."""
    outcome = core.run(session, entry="ci_fuzz_session")
    predicted = run_session(session, supplied(core), outcome.data).outcome()
    same(outcome, predicted, "the model")
    return outcome


def validator_agrees(core: CoreUnderTest, testcase: bytes) -> None:
    """The core loads just what the validator accepts, of what is a bundle at all."""
    outcome = core.run(testcase)
    reasons = validate(testcase, core.release, tree_of(core))
    if reasons is not None:
        assert (outcome.stage >= Stage.LOADED) == (not reasons), reasons


def accepted_is_safe(cores: Sequence[CoreUnderTest], testcase: bytes) -> None:
    """What the validator accepts for a release loads there, and no event kills it."""
    for core in cores:
        if validate(testcase, core.release, tree_of(core)) == []:
            assert core.run(testcase).stage >= Stage.LOADED


def releases_agree(core: CoreUnderTest, others: Sequence[CoreUnderTest], testcase: bytes) -> int:
    """Return how many other releases are alike for a testcase; those do the same with it."""
    outcome = core.run(testcase)
    compared = 0
    for other in others:
        result = other.run(testcase)
        if alike(testcase, core.release, tree_of(core), other.release, tree_of(other)):
            same(outcome, result, str(other.release))
            compared += 1
    return compared
