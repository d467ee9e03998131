# SPDX-License-Identifier: Apache-2.0
"""A folder of a corpus whose inputs all kill the core: what stats and merge say of it."""

from __future__ import annotations

import json

from groundstop.files import unit_name
from support.command import groundstop
from support.engine import EngineProject

KILLERS = (b"MAGIBU--", b"MAGIBUxyz")


def evolve(project: EngineProject, *units: tuple[str, bytes]) -> None:
    folder = project.root / "corpus" / "overflow" / "evolved"
    folder.mkdir(parents=True)
    for name, unit in units:
        (folder / name).write_bytes(unit)


def test_stats_tell_the_folder_from_those_that_reach_something(project: EngineProject) -> None:
    """The state behind `corpus add --regression` of a defect that is still there."""
    project.seed("overflow", b"MAGICabc")
    regressions = project.root / "corpus" / "overflow" / "regressions"
    regressions.mkdir(parents=True)
    (regressions / "known").write_bytes(KILLERS[0])
    (regressions / "known.finding.toml").write_text(
        'input = "known"\nwhat = "writes past its block"\noracle = "memory"\nfound = 2024-07-19\n'
    )
    evolve(project, ("good", b"MAGICabc"), ("bad", KILLERS[1]))
    run = groundstop("corpus", "stats", "overflow", "--edges", "--json", cwd=project.root)
    assert run.status == 0, run.output
    rows = {row["name"]: row for row in json.loads(run.stdout)["folders"]}
    assert rows["seeds"]["edges"] > 0
    assert rows["seeds"]["killers"] == 0
    assert (rows["regressions"]["edges"], rows["regressions"]["killers"]) == (0, 1)
    assert (rows["evolved"]["edges"], rows["evolved"]["killers"]) == (rows["seeds"]["edges"], 1)
    said = groundstop("corpus", "stats", "overflow", "--edges", cwd=project.root).stdout
    lines = {line.split()[0]: line for line in said.splitlines()}
    assert lines["regressions"].endswith(" 0 edges, 1 input kills the core")
    assert lines["seeds"].endswith(" edges")


def test_a_merge_of_nothing_else_changes_nothing_and_says_what_to_do(
    project: EngineProject,
) -> None:
    evolve(project, *((unit_name(data), data) for data in KILLERS))
    run = groundstop("corpus", "merge", "overflow", cwd=project.root)
    assert (run.status, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    first, second = sorted(map(unit_name, KILLERS))
    assert line.startswith("groundstop: corpus/overflow/evolved: all 2 inputs kill the core: ")
    assert first in line
    assert second in line
    assert "nothing was changed" in line
    assert project.evolved("overflow") == set(KILLERS)
    # What it says shows why.
    command = line.partition("`groundstop ")[2].partition("`")[0]
    run = groundstop(*command.split(), cwd=project.root)
    assert run.status == 1, run.output
    assert "heap-buffer-overflow" in run.output


def test_a_merge_runs_what_has_a_name_of_its_own(project: EngineProject) -> None:
    evolve(project, ("killer", KILLERS[0]))
    folder = project.root / "corpus" / "overflow" / "evolved"
    run = groundstop("corpus", "merge", "overflow", cwd=project.root)
    assert run.status == 2, run.output
    assert "its only input kills the core: killer; nothing was changed" in run.stderr
    (folder / "good").write_bytes(b"MAGICabc")
    run = groundstop("corpus", "merge", "overflow", cwd=project.root)
    assert run.status == 1, run.output
    assert "overflow: 0 units → 0" in run.stdout
    assert "1 input killed the core, now among the findings" in run.stdout
    assert "2 files stay that no campaign has named" in run.stdout
    assert {path.name for path in folder.iterdir()} == {"killer", "good"}
