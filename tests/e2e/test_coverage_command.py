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


def test_the_harness_of_a_core_is_counted_apart(tmp_path: Path) -> None:
    folder = make_toy(tmp_path / "project")
    share_builds(folder)
    (folder / "vm.c").write_text(
        "int vm(unsigned v);\nint vm(unsigned v)\n{\n\treturn v ? 1 : 2;\n}\n"
    )
    entry = "int vm(unsigned v);\nint toy_entry(const uint8_t *data, size_t size)\n{\n"
    entry += "\treturn more(data) + vm((unsigned)size) == 9;\n}\n"
    head = "#include <stddef.h>\n#include <stdint.h>\nint more(const uint8_t *data);\n"
    head += "int toy_entry(const uint8_t *data, size_t size);\n"
    (folder / "entry.c").write_text(head + entry)
    (folder / "fuzz" / "more.c").write_text(
        f"{head}int more(const uint8_t *data)\n{{\n\treturn data != 0;\n}}\n"
    )
    module = folder / "toy_target.py"
    text = module.read_text().replace('("toy.c",)', '("vm.c", "entry.c", "fuzz/more.c")')
    module.write_text(text)
    # The only target is the default one.
    document = json.loads(groundstop("coverage", "--json", cwd=folder).stdout)
    found = {row["file"]: row["harness"] for row in document["files"]}
    assert found == {"entry.c": True, "fuzz/more.c": True, "vm.c": False}
    run = groundstop("coverage", cwd=folder)
    assert run.status == 0, run.output
    (vm,) = (row["lines"] for row in document["files"] if row["file"] == "vm.c")
    lines = run.stdout.splitlines()
    assert lines[1].endswith("vm.c")
    assert lines[2].split() == ["100%", f"{vm}/{vm}", "lines", "in", "all"]
    assert "not counted" in lines[3]
    assert [line.split()[-1] for line in lines[4:]] == ["entry.c", "fuzz/more.c"]


def test_build_takes_the_default_target(tmp_path: Path) -> None:
    folder = make_toy(tmp_path / "project")
    share_builds(folder)
    run = groundstop("build", "--sanitizer", "address", "--json", cwd=folder)
    assert run.status == 0, run.output
    (row,) = json.loads(run.stdout)
    assert row["variant"] == "address"
