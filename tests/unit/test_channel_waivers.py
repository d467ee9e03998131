# SPDX-License-Identifier: Apache-2.0
"""Waivers of a channel source: what is wrong with one is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.errors import SourceError
from groundstop.targets.channel.source import read_source
from support.channel import CORPUS

SOURCE = f"""\
templates = "{CORPUS}/templates/current.toml"
channel = 1

[[instance]]
id = 1
name = "i"
type = "ipc"
severity = "low"
match = {{ operation = 1, pipe_name = 'x' }}

"""
GOOD = '[[instance.waive]]\nrule = "never-matches"\ncriterion = "pipe_name"\nreason = "so"\n'


@pytest.mark.parametrize(
    "wrong, line, words",
    [
        (GOOD.replace("never-matches", "never-match"), 12, "did you mean never-matches?"),
        (GOOD.replace("never-matches", "evaluate"), 12, "rule must be one of"),
        (GOOD.replace("pipe_name", "pipe_nam"), 13, "did you mean pipe_name?"),
        (GOOD.replace('"so"', '" "'), 14, "say why"),
        (GOOD.replace('"so"', r'"\u200b"'), 14, "say why"),
        (GOOD.replace('"so"', '"-"'), 14, "say why"),
        (GOOD.replace('reason = "so"\n', ""), 11, "reason is missing"),
        (GOOD + 'outcome = "true"\n', 15, "outcome must be true or false"),
        (GOOD.replace('criterion = "pipe_name"\n', ""), 11, "criterion is missing"),
        (GOOD.replace("never-matches", "inert"), 13, "about the whole instance"),
        (GOOD + "until = 2027\n", 15, "unknown key"),
        (GOOD.replace("[[instance.waive]]", "[[waive]]"), 12, "rule must be one of"),
    ],
)
def test_a_wrong_waiver_is_told_at_its_place(
    tmp_path: Path, wrong: str, line: int, words: str
) -> None:
    source = tmp_path / "source.toml"
    source.write_text(SOURCE + wrong)
    with pytest.raises(SourceError) as raised:
        read_source(source)
    errors = {error.where.line: error.message for error in raised.value.errors}
    assert words in errors[line], errors


def test_waivers_do_not_reach_the_binary(tmp_path: Path) -> None:
    from groundstop.targets.channel.content import ChannelContent

    source = tmp_path / "source.toml"
    source.write_text(SOURCE)
    without = ChannelContent().compile(source)
    source.write_text(SOURCE + GOOD + '[[waive]]\nrule = "not-tried"\nreason = "so"\n')
    assert ChannelContent().compile(source) == without
    assert [each.rule for each in read_source(source).waivers] == ["not-tried", "never-matches"]
