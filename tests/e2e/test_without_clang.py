# SPDX-License-Identifier: Apache-2.0
"""A machine that has what was built and no compiler, as runner images are."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from support.command import groundstop
from support.toy import make_toy

SEED = "corpus/toy/seeds/hello.bin"


@pytest.mark.slow
def test_what_is_built_needs_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_toy(tmp_path / "toy")
    commands = {
        ("gate", SEED): 0,
        ("fuzz", "toy", "--seconds", "1"): 0,
        ("repro", SEED, "--target", "toy"): 0,
        ("show", SEED, "--target", "toy"): 0,
    }
    for command, status in commands.items():
        run = groundstop(*command, cwd=folder)
        assert run.status == status, run.output
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "env", "ldd", "cat", "uname"):
        (programs / name).symlink_to(shutil.which(name) or os.devnull)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("CC", raising=False)
    for command, status in commands.items():
        run = groundstop(*command, cwd=folder)
        assert run.status == status, run.output
        assert "clang" not in run.output.replace("compile it with clang", "")
    checks = {
        each["name"]: each for each in json.loads(groundstop("doctor", "--json", cwd=folder).stdout)
    }
    assert not checks["clang"]["good"]
    assert "nothing new can be built" in checks["clang"]["detail"]
    # What changed cannot be judged: neither shipped nor held.
    (folder / "toy.c").write_text((folder / "toy.c").read_text() + "\n/* other */\n")
    changed = groundstop("gate", SEED, cwd=folder)
    assert changed.status != 0, changed.output
    assert "no clang on PATH" in changed.output
