# SPDX-License-Identifier: Apache-2.0
"""A finding that does not show again: it has names, the same id in every build, and a remark."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from groundstop.artifacts import kind_of
from groundstop.config import find_project
from groundstop.findings import FindingStore
from support.command import groundstop
from support.libraries import share_builds

# Dies only of an input that follows a longer one.
CORE = """\
#include <stdint.h>
#include <stdlib.h>

int state_entry(const uint8_t *data, size_t size);

static int seen;

static void __attribute__((noinline)) write_behind(size_t size)
{
	volatile char *heap = malloc(1);

	heap[size] = 1;
	free((void *)heap);
}

int state_entry(const uint8_t *data, size_t size)
{
	if (size == 3 && seen && data[0] > 127)
		write_behind(size);
	seen |= size > 3;
	return 0;
}
"""

TARGETS = """\
from pathlib import Path

from groundstop.target import Core, Target

core = Core(root=Path(__file__).parent, sources=("state.c",), entry="state_entry", cflags=FLAGS)
state = Target("state", core)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    share_builds(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.groundstop.targets]\nstate = "seen:state"\n')
    (tmp_path / "state.c").write_text(CORE)
    (tmp_path / "seen.py").write_text(TARGETS.replace("FLAGS", "()"))
    return tmp_path


def test_it_is_told_as_that_and_is_the_same_in_another_build(root: Path) -> None:
    words = ("fuzz", "state", "--seconds", "600", "--stop")
    run = groundstop(*words, "--json", cwd=root)
    assert run.status == 1, run.output
    (finding,) = json.loads(run.stdout)["findings"]
    assert not finding["reproduced"]
    assert finding["kind"] == "heap-buffer-overflow"
    assert [frame["function"] for frame in finding["frames"]] == ["write_behind", "state_entry"]
    assert finding["frames"][0]["line"] == 12
    for command in (["findings", "list"], ["findings", "show", finding["id"]]):
        assert "seen once, not again" in groundstop(*command, cwd=root).stdout
    page = groundstop("report", "-o", "-", cwd=root).stdout
    assert "Seen once, not again" in page

    # Another build, in which everything lies elsewhere.
    store = FindingStore(find_project(root), "state")
    shutil.rmtree(store.folder)
    padding = (
        "static volatile int pad[99]; void padding(void); void padding(void) { pad[1] = 2; }\n"
    )
    (root / "state.c").write_text(CORE + padding * 1)
    (root / "seen.py").write_text(TARGETS.replace("FLAGS", '("-fno-inline", "-O2")'))
    again = groundstop(*words, cwd=root)
    assert again.status == 1, again.output
    assert "seen once, not again" in again.stdout
    (stored,) = store
    assert stored.finding.id == finding["id"]
    assert [path.name for path in store.folder.glob("*/*") if kind_of(path.name)]
