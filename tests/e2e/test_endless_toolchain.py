# SPDX-License-Identifier: Apache-2.0
"""A content toolchain that does not come to an end is ended, and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.errors import ConfigError
from groundstop.target import DeclaredContent, load_target
from support.command import groundstop
from support.toy import make_toy

LOOPS = {
    "computes": "while True: pass",
    "sleeps": "import time; time.sleep(1e6)",
    "waits": "import threading; threading.Event().wait()",
    "starts a program": "import subprocess; subprocess.run(['sleep', '1000000'])",
    "searches": r"import re; re.match(r'(a|a)*b', 'a' * 64)",
}
CATCHES = """
        while True:
            try:
                while True: pass
            except BaseException: pass
"""
SLOW_BUILD = """
import time

from groundstop.config import find_project
from groundstop.model import Sanitizer
from groundstop.toolchain import Recipe, build_program

(HERE / "slow.c").write_text("int main(void) { return 0; }\\n")
SLOW = Recipe(
    name="slow",
    root=HERE,
    sources=("slow.c",),
    instrument=False,
    generate=lambda tree: time.sleep(3) or {},
)
"""


def endless_toy(folder: Path, body: str, seconds: float = 0.3) -> Path:
    project = make_toy(folder)
    settings = project / "pyproject.toml"
    text = settings.read_text().replace(
        "[tool.groundstop.targets]",
        f"[tool.groundstop]\ncontent_seconds = {seconds}\n[tool.groundstop.targets]",
    )
    settings.write_text(text)
    module = project / "toy_target.py"
    text = module.read_text().replace("suffixes = ()", 'suffixes = (".toy",)')
    module.write_text(text.replace("return source.read_bytes()", body, 1))
    (project / "x.toy").write_text("x")
    return project


@pytest.mark.parametrize("body", LOOPS.values(), ids=LOOPS.keys())
def test_the_gate_comes_to_an_end(tmp_path: Path, body: str) -> None:
    project = endless_toy(tmp_path / "toy", body)
    for command in (("gate", "x.toy"), ("compile", "x.toy", "-o", "out")):
        run = groundstop(*command, cwd=project)
        assert run.status == 2, run.output
        assert "target 'toy': compile() of its content toolchain does not come to an end" in (
            run.output.replace("\n", " ")
        )
        assert "content_seconds in [tool.groundstop]" in run.output
    assert not (project / "out").exists()


def test_one_that_catches_everything_comes_to_an_end(tmp_path: Path) -> None:
    project = endless_toy(tmp_path / "toy", CATCHES)
    run = groundstop("gate", "x.toy", cwd=project)
    assert run.status == 2, run.output
    assert "compile() of its content toolchain does not come to an end" in run.output


def test_one_that_ends_the_process_is_named(tmp_path: Path) -> None:
    project = endless_toy(tmp_path / "toy", "import sys; sys.exit(0)")
    run = groundstop("gate", "x.toy", cwd=project)
    assert run.status == 2, run.output
    assert "compile() of its content toolchain ends the process (SystemExit(0))" in run.output


def test_a_build_takes_the_time_it_takes(tmp_path: Path) -> None:
    """What a toolchain has compiled is not its own time: that is over long before."""
    project = endless_toy(
        tmp_path / "toy",
        "build_program(SLOW, Sanitizer.PLAIN, project_state=find_project(HERE).state)\n"
        "        return source.read_bytes()",
        seconds=2,
    )
    module = project / "toy_target.py"
    module.write_text(f"{module.read_text()}{SLOW_BUILD}")
    run = groundstop("compile", "x.toy", "-o", "out", cwd=project)
    assert run.status == 0, run.output


def test_a_toolchain_with_a_limit_is_what_it_was(tmp_path: Path) -> None:
    project = find_project(make_toy(tmp_path / "toy"))
    content = load_target(project, "toy").content
    assert content.suffixes == ()
    assert not isinstance(content, DeclaredContent)
    assert not hasattr(content, "synthesize")


@pytest.mark.parametrize("value", ["0", "-1", "true", '"1"', "nan", "inf"])
def test_the_limit_is_a_number(tmp_path: Path, value: str) -> None:
    text = f"[tool.groundstop]\ncontent_seconds = {value}\n"
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError, match="content_seconds must be a number above 0"):
        find_project(tmp_path)
