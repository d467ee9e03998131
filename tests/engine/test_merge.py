# SPDX-License-Identifier: Apache-2.0
"""Merge shrinks the evolved corpus, covers what was covered, and loses nothing on the way."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.campaign._control import read_control
from groundstop.errors import CampaignError
from support.campaigns import processes_of, wait_for
from support.command import COMMAND, Run, groundstop
from support.engine import EngineProject
from support.libraries import library_project, shared_object

SAME = [b"MAGI" + bytes([200 + number]) for number in range(20)]
OTHERS = [b"MAGICabc", b"MAGIabcdefgh", b"MAGI"]


def evolve(root: Path, name: str, units: list[bytes]) -> Path:
    folder = root / "corpus" / name / "evolved"
    folder.mkdir(parents=True)
    for unit in units:
        (folder / hashlib.sha1(unit, usedforsecurity=False).hexdigest()).write_bytes(unit)
    return folder


def merge(project: EngineProject, name: str) -> Run:
    return groundstop("corpus", "merge", name, "--json", cwd=project.root)


def test_merge_leaves_a_subset_that_covers_the_same(project: EngineProject) -> None:
    folder = evolve(project.root, "magic", SAME + OTHERS)
    (folder / "notes").write_bytes(b"MAGIC is not what a campaign called this")
    run = merge(project, "magic")
    assert run.status == 0, run.output
    kept = project.evolved("magic")
    said = json.loads(run.stdout)
    assert (said["before"], said["after"], said["killed"]) == (23, len(kept) - 1, 0)
    assert said["log"] == ".groundstop/logs/magic-merge.log"
    assert (project.root / said["log"]).is_file()
    assert len(kept) < 8
    assert kept < {*SAME, *OTHERS, (folder / "notes").read_bytes()}
    # libFuzzer finds nothing in what was there that is not in what is left.
    before = project.root / "before"
    before.mkdir()
    for number, unit in enumerate(SAME + OTHERS):
        (before / f"{number}").write_bytes(unit)
    again = project.run("magic", "-merge=1", folder, before)
    assert "MERGE-OUTER: 0 new files with 0 new features added" in again.output
    # What merged once is as small as it gets, also when the command line says so to people.
    second = groundstop("corpus", "merge", "magic", cwd=project.root)
    assert second.status == 0, second.output
    assert f"{said['after']} units → {said['after']}" in second.stdout


# The merge as it is, and then a unit that was chosen is not there.
DROPS = """\
#!{python}
import os
import subprocess
import sys
from pathlib import Path

if "DROPS" in os.environ or "-merge_inner=1" in " ".join(sys.argv):
    from groundstop.campaign import fuzz_main

    fuzz_main("magic", sys.argv)
run = subprocess.run(sys.argv, env={{**os.environ, "DROPS": "1"}})
merged = Path(sys.argv[-2])
sorted(merged.iterdir(), key=lambda path: path.stat().st_size)[-1].unlink()
sys.exit(run.returncode)
"""


def test_a_merge_that_drops_coverage_changes_nothing(project: EngineProject) -> None:
    evolve(project.root, "magic", SAME + OTHERS)
    project.script("magic").write_text(DROPS.format(python=sys.executable))
    run = merge(project, "magic")
    assert run.status == 2, run.output
    assert "does not cover what there was: nothing was changed" in run.stderr
    assert project.evolved("magic") == {*SAME, *OTHERS}


def test_what_kills_the_core_becomes_a_finding(project: EngineProject) -> None:
    killers = [b"MAGIBU--", b"MAGIBUxyz"]
    evolve(project.root, "overflow", [*SAME, *killers])
    run = merge(project, "overflow")
    assert run.status == 1, run.output
    said = json.loads(run.stdout)
    (finding,) = said["findings"]
    assert (said["killed"], finding["kind"]) == (2, "heap-buffer-overflow")
    kept = project.evolved("overflow")
    assert kept < set(SAME)
    assert kept
    # Both of them, not only the one that the finding is shown with.
    assert {path.read_bytes() for path in project.findings("overflow")} == set(killers)


def test_an_interrupted_merge_changes_nothing(project: EngineProject) -> None:
    units = [*SAME, b"MAGIH"]
    folder = evolve(project.root, "hanging", units)
    mark = project.root / "hangs"
    process = subprocess.Popen(
        [COMMAND, "corpus", "merge", "hanging"],
        cwd=project.root,
        env={**os.environ, "HANG_MARK": str(mark)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert wait_for(mark.exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 2
    assert said == "groundstop: interrupted, nothing was changed\n"
    assert project.evolved("hanging") == set(units)
    assert len(list(folder.iterdir())) == len(units)
    assert wait_for(lambda: not processes_of(project))


# The merge as it is, and then units are removed that libFuzzer chose, or did not choose.
VANISH = """\
#!{python}
import os
import subprocess
import sys
from pathlib import Path

if "VANISH" in os.environ or "-merge_inner=1" in " ".join(sys.argv):
    from groundstop.campaign import fuzz_main

    fuzz_main("magic", sys.argv)
run = subprocess.run(sys.argv, env={{**os.environ, "VANISH": "1"}})
chosen = set(os.listdir(sys.argv[-2]))
for unit in Path({folder!r}).iterdir():
    if (unit.name in chosen) == {chosen}:
        unit.unlink()
        break
sys.exit(run.returncode)
"""


@pytest.mark.parametrize("chosen", [True, False])
def test_a_unit_that_vanishes_meanwhile_is_no_loss(project: EngineProject, *, chosen: bool) -> None:
    folder = evolve(project.root, "magic", SAME + OTHERS)
    script = VANISH.format(python=sys.executable, folder=str(folder), chosen=chosen)
    project.script("magic").write_text(script)
    run = merge(project, "magic")
    assert run.status == 0, run.output
    left = len(project.evolved("magic"))
    assert json.loads(run.stdout)["after"] == left
    # Without one that was chosen the others may have to do instead of it.
    assert left == 22 if chosen else left < 8


@pytest.mark.parametrize(
    "holder, end, refused",
    [
        (
            [COMMAND, "corpus", "merge", "hanging"],
            signal.SIGINT,
            [["corpus", "merge"], ["fuzz", "--seconds", "1"]],
        ),
        ([COMMAND, "fuzz", "--seconds", "600", "hanging"], signal.SIGINT, [["corpus", "merge"]]),
        # Nobody is there to end it in the middle of an input.
        (["fuzz/fuzz_hanging.py"], signal.SIGKILL, [["corpus", "merge"]]),
    ],
    ids=["merge", "campaign", "script"],
)
def test_a_merge_is_alone_with_the_corpus(
    project: EngineProject, holder: list[str], end: signal.Signals, refused: list[list[str]]
) -> None:
    evolve(project.root, "hanging", [*SAME, b"MAGIH"])
    mark = project.root / "hangs"
    process = subprocess.Popen(
        holder,
        cwd=project.root,
        env={**os.environ, "HANG_MARK": str(mark)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_for(mark.exists)
        for command in refused:
            run = groundstop(*command, "hanging", cwd=project.root)
            assert run.status == 2
            assert "target hanging: its evolved corpus is in use" in run.stderr
            assert len(run.stderr.splitlines()) == 1
    finally:
        process.send_signal(end)
        process.wait(300)
    assert wait_for(lambda: not processes_of(project))
    assert {*SAME, b"MAGIH"} <= project.evolved("hanging")


def test_nothing_to_merge_is_no_error(project: EngineProject) -> None:
    run = merge(project, "magic")
    assert run.status == 0, run.output
    said = json.loads(run.stdout)
    assert (said["before"], said["log"]) == (0, None)


def test_empty_files_cover_nothing(project: EngineProject) -> None:
    """libFuzzer passes over them, and then there is nothing to merge."""
    project.seed("magic", b"")
    evolve(project.root, "magic", [b""])
    run = merge(project, "magic")
    assert run.status == 0, run.output
    said = json.loads(run.stdout)
    assert (said["before"], said["after"], said["edges"], said["log"]) == (1, 1, 0, None)
    run = groundstop("corpus", "stats", "magic", "--edges", "--json", cwd=project.root)
    assert run.status == 0, run.output
    rows = {row["name"]: row["edges"] for row in json.loads(run.stdout)["folders"]}
    assert (rows["seeds"], rows["evolved"]) == (0, 0)


def test_a_library_without_coverage_is_refused(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"EABC"})
    shared_object(folder / "libvm.so")
    units = evolve(folder, "vm", [b"EA", b"EB"])
    run = groundstop("corpus", "merge", cwd=folder)
    assert run.status == 2
    assert "all inputs look alike" in run.stderr
    assert len(list(units.iterdir())) == 2


def test_stats_count_the_edges_of_each_folder(project: EngineProject) -> None:
    project.seed("magic", b"nothing")
    evolve(project.root, "magic", [*SAME, *OTHERS])
    run = groundstop("corpus", "stats", "magic", "--edges", "--json", cwd=project.root)
    assert run.status == 0, run.output
    rows = {row["name"]: row for row in json.loads(run.stdout)["folders"]}
    assert 0 < rows["seeds"]["edges"] < rows["evolved"]["edges"]
    assert rows["regressions"]["edges"] is None


@pytest.mark.parametrize("text", ["", "x\n0\n", "4\n0\na\nb\n", "1\n0\na\nFT 7 1\n"])
def test_what_is_no_control_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "control").write_text(text)
    with pytest.raises(CampaignError, match="no control file to go by"):
        read_control(tmp_path / "control")


def test_a_control_file_says_who_died(tmp_path: Path) -> None:
    path = tmp_path / "control"
    path.write_text(
        "3\n0\na\nb\nc\nSTARTED 0 4\nFT 0 1 2\nCOV 0 7\n"
        "STARTED 1 5\nSTARTED 2 6\nFT 2 2 3\nCOV 2 8 9\n"
    )
    control = read_control(path)
    assert control.died == (Path("b"),)
    assert control.covered() == {1, 2, 3}
    assert control.covered([Path("a")]) == {1, 2}
    assert control.edges == 3
