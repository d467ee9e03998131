# SPDX-License-Identifier: Apache-2.0
"""The corpus in the real core of every release: what matches, and what is refused and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundstop.model import Outcome, Stage
from groundstop.replay import Worker
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.source import EventText, read_source
from groundstop.targets.channel.status import Status
from support.channel import CORPUS, HOSTILE, RELEASES, SEEDS, open_core

content = ChannelContent()
FIRST_WITH = {b"ipc": "7.11", b"driver_load": "7.15"}


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> Iterator[tuple[str, Worker]]:
    with open_core(request.param) as worker:
        yield request.param, worker


def expected_line(number: int, event: EventText, release: str) -> str:
    if RELEASES.index(FIRST_WITH.get(event.type.name, RELEASES[0])) > RELEASES.index(release):
        return f"event {number}: unknown type, no match"
    if not event.expect:
        return f"event {number}: ok, no match"
    return f"event {number}: ok, matched by {', '.join(map(str, event.expect))}"


def test_seeds_match_what_they_expect(release: tuple[str, Worker]) -> None:
    name, core = release
    for path in (*SEEDS, CORPUS / "regressions" / "channel-291.toml"):
        outcome = core.run(content.testcase(path))
        assert isinstance(outcome, Outcome), path
        events = read_source(path).events or ()
        expected = [expected_line(i, event, name) for i, event in enumerate(events)]
        assert content.describe(outcome) == ["load: ok", *expected], path


def test_hostile_files_are_refused_each_for_its_own_reason(release: tuple[str, Worker]) -> None:
    _, core = release
    for path in HOSTILE:
        outcome = core.run(content.testcase(path))
        assert isinstance(outcome, Outcome), path
        reason = path.name.partition(".")[0].replace("-", "_").upper()
        assert outcome.data[:1] == b"L"
        assert Status(outcome.data[1]).name == reason, path.name
        assert outcome.stage is Stage.REJECTED
