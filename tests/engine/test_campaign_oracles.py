# SPDX-License-Identifier: Apache-2.0
"""Oracles in a real campaign: each of them finds, and a broken one does not end it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstop.campaign import (
    CampaignOptions,
    CampaignResult,
    Observer,
    prepare,
    run_campaign,
)
from groundstop.campaign._missing import missing_parts
from groundstop.config import Project
from groundstop.errors import TargetError
from groundstop.findings import keep_artifacts
from groundstop.model import Release, Sanitizer, Variant
from groundstop.replay import Builds, Reruns
from groundstop.target import Target, build, load_target
from support.campaigns import Enough
from support.planting import PLANTED, content, make_planted
from support.replaying import survived

VARIANT = Variant(Release("2"))


def campaign(
    project: Project,
    name: str,
    seeds: list[bytes],
    options: CampaignOptions,
    observer: Observer | None = None,
) -> CampaignResult:
    folder = project.corpus_of(name) / "seeds"
    folder.mkdir(parents=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed{number}").write_bytes(seed)
    return run_campaign(load_target(project, name), project, options, observer)


def test_every_oracle_finds_its_planted_defect_in_a_campaign(tmp_path: Path) -> None:
    project = make_planted(tmp_path)
    seeds = [next(iter(PLANTED[oracle].values())) for oracle in PLANTED]
    options = CampaignOptions(seconds=600, share=1.0)
    result = campaign(project, "planted", seeds, options, Enough(len(seeds)))
    found = {artifact.summary.partition(": ")[0] for artifact in result.artifacts}
    assert found == PLANTED.keys()
    assert result.progress.stats.python_calls >= len(seeds)
    assert result.oracles == tuple(
        oracle.name for oracle in load_target(project, "planted").oracles
    )
    for words, line in zip(("no format", "no elements"), result.missing, strict=True):
        assert words in line


def test_a_broken_oracle_is_a_finding_and_the_campaign_goes_on(tmp_path: Path) -> None:
    project = make_planted(tmp_path)
    options = CampaignOptions(seconds=600, share=1.0, flags=("-runs=3000",))
    seed = content("-", b"")
    result = campaign(project, "breaking", [seed], options)
    # It broke on the very seed: all others were run after that, in the same process.
    assert result.progress.stats.executions == 3000
    assert result.restarts == 0
    (artifact,) = result.artifacts
    assert artifact.kind == "broken"
    assert artifact.path.name == "broken-raises"
    assert artifact.summary == "broken oracle Raises: IndexError: index out of range"
    assert artifact.path.read_bytes() == seed
    assert artifact.report is not None
    assert "planted_target.py" in artifact.report.read_text()
    assert "testcase[HEADER]" in artifact.report.read_text()
    assert result.log.read_text().count("is broken and not asked again") == 1
    assert result.exit_status == 1

    variant = Variant(load_target(project, "breaking").core.fleet[-1])
    (finding,) = keep_artifacts([artifact.path], load_target(project, "breaking"), variant, project)
    assert finding.kind == "broken oracle Raises"
    assert finding.reproduced
    stored = project.state / "findings" / "breaking" / finding.id
    assert "Traceback" in (stored / "report.txt").read_text()


def test_a_broken_oracle_that_is_not_broken_afterwards_is_kept_as_such(tmp_path: Path) -> None:
    project = make_planted(tmp_path)
    target = load_target(project, "breaking")
    folder = tmp_path / "artifacts"
    folder.mkdir()
    (folder / "broken-raises").write_bytes(content("-"))
    note = "Raises: IndexError: index 7\nTraceback (most recent call last):\n"
    (folder / "broken-raises.oracle").write_text(note)
    variant = Variant(target.core.fleet[-1])
    (finding,) = keep_artifacts([folder / "broken-raises"], target, variant, project)
    assert finding.kind == "broken oracle Raises"
    assert finding.detail == "IndexError: index 7"
    assert not finding.reproduced


def test_what_oracles_run_is_built_before(tmp_path: Path) -> None:
    project = make_planted(tmp_path)
    target = load_target(project, "planted")
    launch = prepare(target, project, VARIANT, tmp_path)
    table = json.loads(launch.extra["GROUNDSTOP_BUILDS"])
    assert table["core:2-address"] == str(launch.core)
    assert table.keys() == {
        "core:1-address",
        "core:2-address",
        "core:2-plain",
        "core:2-undefined",
        "runner:address",
        "runner:plain",
        "runner:undefined",
    }
    # A campaign goes on with these, also when the sources have changed since.
    (tmp_path / "planted.c").write_text("#error\n")
    with Reruns(target, project, VARIANT, builds=Builds(target, project, table)) as reruns:
        for name in ("1-address", "2-plain"):
            release, _, sanitizer = name.partition("-")
            variant = Variant(Release(release), Sanitizer(sanitizer))
            assert survived(reruns.run(content("-"), variant=variant)).data == b"\1"
        assert (reruns.tree(Release("1")) / "planted.c").read_text() != "#error\n"


class Wrong:
    name = "wrong"

    def variants(self, variant: Variant, fleet: object) -> list[Variant]:
        del variant, fleet
        raise ValueError("no idea")

    def judge(self, testcase: bytes, outcome: object, context: object) -> None:
        raise NotImplementedError


def test_an_oracle_whose_builds_are_unknown_is_an_error(tmp_path: Path) -> None:
    project = make_planted(tmp_path)
    core = load_target(project, "planted").core
    target = Target("planted", core, oracles=(Wrong(),))  # type: ignore[arg-type]
    with pytest.raises(TargetError, match=r"oracle wrong: variants\(\) fails: ValueError: no idea"):
        prepare(target, project, Variant(core.fleet[-1]), tmp_path)


def test_what_is_no_oracle_is_refused(tmp_path: Path) -> None:
    core = load_target(make_planted(tmp_path), "planted").core
    with pytest.raises(TargetError, match=r"is no oracle: it needs a name"):
        Target("planted", core, oracles=(object(),))  # type: ignore[arg-type]
    with pytest.raises(TargetError, match="two oracles are called 'wrong'"):
        Target("planted", core, oracles=(Wrong(), Wrong()))  # type: ignore[arg-type]


def test_what_a_target_does_without_is_said_once(tmp_path: Path) -> None:
    project = make_planted(tmp_path)
    core = load_target(project, "planted").core
    (tmp_path / "silent.c").write_text(
        "int silent(const void *d, unsigned long n);\n"
        "int silent(const void *d, unsigned long n) { return d && n ? 0 : -1; }\n"
    )
    bare = Target("bare", type(core)(root=tmp_path, sources=("silent.c",), entry="silent"))
    library = build(bare, Variant(sanitizer=Sanitizer.ADDRESS), project).library
    lines = missing_parts(bare, library)
    parts = ("format", "oracles", "releases", "outcome", "fuel", "elements")
    for part in parts:
        assert sum(f"no {part}" in line for line in lines) == 1
    assert len(lines) == len(parts)
