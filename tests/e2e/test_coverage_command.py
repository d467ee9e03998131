# SPDX-License-Identifier: Apache-2.0
"""`groundstop coverage`: which lines of the core the corpus reached, and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

from support.command import groundstop
from support.libraries import share_builds
from support.toy import make_toy


def test_lines_are_those_of_the_core_alone(tmp_path: Path) -> None:
    folder = make_toy(tmp_path / "project")
    share_builds(folder)
    assert "groundstop_stage(" in (folder / "toy.c").read_text()  # which is inline
    run = groundstop("coverage", "toy", cwd=folder)
    assert run.status == 0, run.output
    head, line, total = run.stdout.splitlines()
    assert head == "toy: 1 input, 0 deaths"
    assert line.split()[0] == "100%"
    assert line.endswith("toy.c")
    assert total.split()[1:] == [line.split()[1], "lines", "in", "all"]
    document = json.loads(groundstop("coverage", "toy", "--json", cwd=folder).stdout)
    assert [Path(row["file"]).name for row in document["files"]] == ["toy.c"]
