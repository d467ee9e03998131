# SPDX-License-Identifier: Apache-2.0
"""The channel corpus is what it says: real detections, every kind of criterion, fresh files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from groundstop.model import Release
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import CriterionKind
from groundstop.targets.channel.source import Source, read_source
from support import hostile
from support.channel import CORPUS, INCIDENT, RELEASES, ROOT, SEEDS

content = ChannelContent()
SOURCES = {path: read_source(path) for path in SEEDS}
REGRESSIONS = sorted((CORPUS / "regressions").glob("*.finding.toml"))
NATIVE = ROOT / "native" / "channel"
LAST_IPC_INPUT = 20  # counted from 0: the 21st


def reads_input_21(source: Source) -> bool:
    return any(
        criterion.input == LAST_IPC_INPUT and criterion.kind is not CriterionKind.ANY
        for instance in source.instances
        if instance.type.name == b"ipc"
        for criterion in instance.criteria
    )


def test_there_are_enough_seeds_of_every_type() -> None:
    assert len(SEEDS) >= 22
    used = {instance.type.name for source in SOURCES.values() for instance in source.instances}
    assert used == {entry.name for source in SOURCES.values() for entry in source.types}
    assert sum(len(source.instances) > 1 for source in SOURCES.values()) >= 5


def test_seeds_use_every_kind_of_criterion() -> None:
    criteria = [
        criterion
        for source in SOURCES.values()
        for instance in source.instances
        for criterion in instance.criteria
    ]
    assert {criterion.kind for criterion in criteria} == set(CriterionKind)
    assert {c.kind for c in criteria if c.nocase} == {
        CriterionKind.EXACT,
        CriterionKind.PREFIX,
        CriterionKind.SUFFIX,
        CriterionKind.SUBSTRING,
        CriterionKind.GLOB,
    }


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_each_seed_says_what_matches_and_has_a_near_miss(path: Path) -> None:
    source = SOURCES[path]
    assert source.part == "bundle"
    expected = [event.expect for event in source.events or ()]
    assert len(expected) >= 2
    assert () in expected, "no event that matches nothing"
    matched = {instance_id for ids in expected for instance_id in ids or ()}
    assert matched == {instance.instance_id for instance in source.instances}


def test_ids_and_channels_are_unique_over_all_seeds() -> None:
    instances = [i.instance_id for source in SOURCES.values() for i in source.instances]
    channels = [source.channel for source in SOURCES.values()]
    assert len(set(instances)) == len(instances)
    assert len(set(channels)) == len(channels)


def test_no_seed_contains_what_the_fuzzer_must_find() -> None:
    """The search for 291 would be no search."""
    assert not [path for path in SEEDS if reads_input_21(SOURCES[path])]
    wildcards = [
        path
        for path, source in SOURCES.items()
        for instance in source.instances
        for criterion in instance.criteria
        if instance.type.name == b"ipc" and criterion.input == LAST_IPC_INPUT
    ]
    assert wildcards, "no seed has a wildcard on input 21 written out"


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_seed_has_no_problem_on_any_release(path: Path) -> None:
    waived = {(each.rule, each.subject) for each in content.waivers(path)}
    problems = content.check_definition(path)
    assert {(each.rule, each.where) for each in problems} == waived
    for release in RELEASES:
        assert content.check_release(path, Release(release), NATIVE) == []


def test_the_current_templates_are_those_of_the_newest_releases() -> None:
    current = CORPUS / "templates" / "current.toml"
    assert content.compile(current) == content.default_types.build()


def test_hostile_seeds_are_fresh() -> None:
    """`python tests/support/hostile.py` makes them."""
    made = {entry.name: entry.data for entry in hostile.hostile_files()}
    kept = {path.name: path.read_bytes() for path in hostile.FOLDER.iterdir()}
    assert kept.keys() == made.keys()
    assert [name for name in made if kept[name] != made[name]] == []


def test_hostile_seeds_differ_and_break_a_rule_each() -> None:
    made = list(hostile.hostile_files())
    assert len({entry.data for entry in made}) == len(made) >= 60
    assert len({entry.status for entry in made}) >= 14
    for path in hostile.FOLDER.iterdir():
        # Whether kind, name and count are those of a sensor is not for the format to say.
        of_release = path.suffix == ".gstf" and "-mismatch." in path.name
        problems = content.check_definition(path)
        if of_release:
            problems += content.check_release(path, Release("7.15"), NATIVE)
        assert problems, f"{path.name} breaks no rule"


def test_each_regression_has_its_finding() -> None:
    inputs = {
        path.name
        for path in (CORPUS / "regressions").iterdir()
        if not path.name.endswith(".finding.toml")
    }
    described = set()
    for path in REGRESSIONS:
        finding = tomllib.loads(path.read_text(encoding="utf-8"))
        assert finding.keys() == {"input", "what", "oracle", "release", "found", "fixed"}
        Release.parse(finding["release"])
        described.add(finding["input"])
    assert described == inputs


def test_the_regression_and_the_incident_are_channel_file_291() -> None:
    candidate = INCIDENT / "channel-291.toml"
    regression = CORPUS / "regressions" / "channel-291.toml"
    assert content.compile(candidate, "channel") == content.compile(regression, "channel")
    assert content.compile(candidate, "events") == content.compile(regression, "events")
    mismatch = INCIDENT / "channel-291-mismatch.toml"
    assert content.compile(mismatch, "channel") == content.compile(candidate, "channel")
    assert reads_input_21(read_source(candidate))
    assert not reads_input_21(read_source(INCIDENT / "channel-291-wildcard.toml"))
