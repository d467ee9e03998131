# SPDX-License-Identifier: Apache-2.0
"""A project whose path needs quotes wherever it goes: a shell, LD_PRELOAD, lists by colons."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.errors import ToolError
from groundstop.links import is_plain, plain_path
from support.command import groundstop
from support.libraries import share_builds
from support.toy import make_toy

ODD = """it's a: größe "x" $HOME %p;#&"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / ODD
    share_builds(folder)
    return make_toy(folder, reads_past_its_input=True)


def test_a_campaign_its_findings_and_the_gate(folder: Path) -> None:
    run = groundstop("fuzz", "toy", "--seconds", "300", "--stop", "--json", cwd=folder)
    assert run.status == 1, run.output
    (finding,) = json.loads(run.stdout)["findings"]
    assert (finding["kind"], finding["reproduced"]) == ("heap-buffer-overflow", True)
    assert "toy.c:12" in finding["headline"]
    again = groundstop("repro", f".groundstop/findings/toy/{finding['id']}/input", cwd=folder)
    assert again.status == 1, again.output
    assert groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=folder).status == 1
    make_toy(folder)
    gate = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=folder)
    assert gate.status == 0, gate.output
    lines = groundstop("coverage", "toy", cwd=folder)
    assert lines.status == 0, lines.output
    assert "toy.c" in lines.stdout


@pytest.mark.slow
def test_several_workers_merge_and_the_script_by_hand(folder: Path) -> None:
    # Each worker is started through a shell.
    run = groundstop(
        "fuzz", "toy", "--seconds", "300", "--stop", "--workers", "2", "--json", cwd=folder
    )
    assert run.status == 1, run.output
    (finding,) = json.loads(run.stdout)["findings"]
    crash = folder / ".groundstop" / "findings" / "toy" / finding["id"] / "input"
    script = subprocess.run(
        [sys.executable, "fuzz/fuzz_toy.py", "-minimize_crash=1", "-runs=200", str(crash)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "CRASH_MIN" in script.stderr or "failed to minimize" in script.stderr, script.stderr
    make_toy(folder)
    run = groundstop("fuzz", "toy", "--seconds", "5", "--workers", "2", cwd=folder)
    assert run.status == 0, run.output
    merged = groundstop("corpus", "merge", "toy", cwd=folder)
    assert merged.status == 0, merged.output
    assert list((folder / "corpus" / "toy" / "evolved").iterdir())


def test_a_new_project_and_a_harness(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    share_builds(folder)
    assert groundstop("init", "vm", cwd=folder).status == 0
    built = groundstop("build", "vm", "--sanitizer", "address", cwd=folder)
    assert built.status == 0, built.output
    (folder / "h.c").write_text(
        "int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d[n] == 1; }\n"
    )
    run = groundstop("fuzz", "--harness", "h.c", "--seconds", "300", "--stop", cwd=folder)
    assert run.status == 1, run.output


def test_links_lie_where_nobody_else_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    odd = tmp_path / "a b" / "c:d" / "plain"
    odd.mkdir(parents=True)
    name = plain_path(odd)
    assert is_plain(str(name))
    assert name.resolve() == odd
    assert stat.S_IMODE((cache / "groundstop" / "links").stat().st_mode) & 0o022 == 0
    assert plain_path(tmp_path) == tmp_path
    # One that leads elsewhere by now is put right; a folder of others' is not used.
    name.parent.unlink()
    name.parent.symlink_to(tmp_path)
    assert plain_path(odd).resolve() == odd
    (cache / "groundstop" / "links").chmod(0o777)
    assert not plain_path(odd).is_relative_to(cache)
    for variable in ("XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.setenv(variable, os.fspath(odd))
    assert is_plain(str(plain_path(odd)))


def test_without_a_place_for_links_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundstop.links._link_folders", lambda: iter([tmp_path / "file" / "x"]))
    (tmp_path / "file").touch()
    with pytest.raises(ToolError, match="set XDG_CACHE_HOME or TMPDIR"):
        plain_path(tmp_path / "a b")
