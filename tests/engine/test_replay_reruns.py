# SPDX-License-Identifier: Apache-2.0
"""Reruns: the other builds of a fleet, for oracles; and inside a process that fuzzes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from groundstop.config import Project, find_project
from groundstop.errors import CoreError
from groundstop.model import Outcome, Release, Sanitizer, Variant
from groundstop.replay import Reruns
from groundstop.target import Context, Core, Target
from support.campaigns import wait_for
from support.engine import EngineProject
from support.replaying import died, survived

# Tells its release, and counts the inputs of its process.
SOURCE = """\
#include <groundstop.h>
#include "release.h"

int release_entry(const uint8_t *data, size_t size);
int release_other(const uint8_t *data, size_t size);

static const char kind = 'g';

int release_entry(const uint8_t *data, size_t size)
{
	static char calls = '0';

	if (size != 0 && data[0] == 'd')
		__builtin_trap();
	calls++;
	groundstop_outcome(RELEASE, 1);
	groundstop_outcome(&kind, 1);
	groundstop_outcome(&calls, 1);
	return 0;
}

int release_other(const uint8_t *data, size_t size)
{
	groundstop_outcome(data, size);
	return 0;
}
"""

# 'g' is for good.
PATCH = """\
--- a/core.c
+++ b/core.c
@@ -7,1 +7,1 @@
-static const char kind = 'g';
+static const char kind = 'b';
"""


def header(_: Path, release: str) -> dict[str, str]:
    return {"release.h": f'#define RELEASE "{release}"\n'}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Target]:
    root = tmp_path_factory.mktemp("released")
    (root / "pyproject.toml").write_text("[tool.groundstop]\n")
    (root / "core.c").write_text(SOURCE)
    (root / "history").mkdir()
    (root / "history" / "bad.patch").write_text(PATCH)
    core = Core(
        root=root,
        sources=("core.c",),
        entry="release_entry",
        releases=("1", "2", "3"),
        generate=header,
        history=root / "history",
    )
    return find_project(root), Target("released", core)


BAD = Variant(Release("2", "bad"))


def test_the_fleet_has_the_judged_release_in_place_of_its_namesake(
    released: tuple[Project, Target],
) -> None:
    project, target = released
    with Reruns(target, project, BAD) as reruns:
        assert reruns.fleet == (Release("1"), Release("2", "bad"), Release("3"))
    with Reruns(target, project, BAD, fleet=(Release("3"),)) as reruns:
        assert reruns.fleet == (Release("3"),)


def test_a_testcase_runs_on_the_judged_build_and_on_any_other(
    released: tuple[Project, Target],
) -> None:
    project, target = released
    with Reruns(target, project, BAD) as reruns:
        context: Context = reruns
        assert context.variant == BAD
        assert survived(context.run(b"")).data == b"2b1"
        other = Variant(Release("3"), Sanitizer.UNDEFINED)
        assert survived(context.run(b"", variant=other)).data == b"3g1"
        # The processes stay: these are the second inputs of both.
        assert survived(context.run(b"")).data == b"2b2"
        assert survived(context.run(b"", variant=other)).data == b"3g2"
        assert died(context.run(b"d")).kind == "ILL"
        assert survived(context.run(b"")).data == b"2b1"


def test_entry_and_fill_reach_the_core(released: tuple[Project, Target]) -> None:
    project, target = released
    with Reruns(target, project, BAD) as reruns:
        outcome = survived(reruns.run(b"xyz", entry="release_other", fill=3))
        assert outcome.data == b"xyz"
        assert outcome.stack > 0
        with pytest.raises(CoreError, match="has no entry point release_none"):
            reruns.run(b"", entry="release_none")


def test_a_tree_is_what_the_release_was_built_from(released: tuple[Project, Target]) -> None:
    project, target = released
    with Reruns(target, project, BAD) as reruns:
        trees = [reruns.tree(release) for release in reruns.fleet]
    assert [(tree / "release.h").read_text().split('"')[1] for tree in trees] == ["1", "2", "3"]
    assert ["kind = 'b'" in (tree / "core.c").read_text() for tree in trees] == [False, True, False]


def test_nothing_is_left_behind(released: tuple[Project, Target]) -> None:
    project, target = released
    before = children(os.getpid())
    with Reruns(target, project, BAD) as reruns:
        survived(reruns.run(b""))
        survived(reruns.run(b"", variant=Variant(Release("1"))))
        assert len(children(os.getpid()) - before) == 2
    assert children(os.getpid()) == before
    # And it can be used again, as a worker can.
    assert isinstance(reruns.run(b""), Outcome)
    reruns.close()
    assert children(os.getpid()) == before


def children(pid: int) -> set[int]:
    return {
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    }


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_oracle_may_run_the_core_again_while_it_is_fuzzed(project: EngineProject) -> None:
    project.seed("elsewhere", b"MAGICabc", b"MAGIx1y2z3", b"MAG")
    run = project.run("elsewhere", "-runs=300", "--share=1")
    assert run.status == 0, run.output
    assert run.stats["python_calls"] == 300
    assert "broken" not in run.output


def test_runners_end_with_the_fuzzing_process_that_is_killed(project: EngineProject) -> None:
    """The idle one, and the one whose core never returns."""
    seeds = project.seed("elsewhere", b"MAGICabc")
    mark = project.root / "hangs"
    process = subprocess.Popen(
        [project.script("elsewhere"), "-runs=0", "--share=1", seeds],
        cwd=project.root,
        env={**os.environ, "HANG_MARK": str(mark)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert wait_for(mark.exists)
    mine = runners(process.pid)
    assert len(mine) == 2
    process.kill()
    process.wait()
    assert wait_for(lambda: not any(alive(pid) for pid in mine))


def runners(pid: int) -> set[int]:
    return {child for child in children(pid) if "/runner-" in command(child)}


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
