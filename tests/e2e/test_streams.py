# SPDX-License-Identifier: Apache-2.0
"""Closed, full and broken standard files, and locales: the exit status stays what was decided."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from groundstop.config import Project
from support.command import COMMAND
from support.hostile_project import make_project

ASCII = {
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "ascii",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = make_project(tmp_path_factory.mktemp("streams"))
    (made.root / "good.bin").write_bytes(b"_fine")
    (made.root / "bad.line").write_bytes(b"line: 1")
    (made.root / os.fsdecode(b"\xfc\xc3\xbc.bin")).write_bytes(b"_fine, too")
    (made.corpus_of("lines") / "seeds" / "seed").write_bytes(b"_seed")
    return made


def shell(project: Project, words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {COMMAND} {words}"],
        cwd=project.root,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize(
    "closed", ["2>&-", "1>&-", "0<&-", "0<&- 1>&- 2>&-", "2>/dev/full", "| true", "2>&1 | true"]
)
@pytest.mark.parametrize(
    "words, status",
    [
        ("list", 0),
        ("gate good.bin", 0),
        ("gate bad.line", 1),
        ("gate nothing", 2),
        ("--nonsense", 2),
        ("--help", 0),
    ],
)
def test_the_status_is_what_was_decided_whoever_listens(
    project: Project, words: str, status: int, closed: str
) -> None:
    run = shell(project, f"{words} {closed}")
    assert run.returncode == status, run
    assert b"Traceback" not in run.stdout + run.stderr
    assert b"Exception ignored" not in run.stderr


def test_what_no_disk_has_room_for_is_not_called_done(project: Project) -> None:
    run = shell(project, "gate good.bin >/dev/full")
    assert run.returncode == 2
    assert b"standard output cannot be written" in run.stderr
    assert shell(project, "gate bad.line >/dev/full").returncode == 1


@pytest.mark.parametrize(
    "words, status",
    [
        ("list", 0),
        ("gate -v good.bin", 0),
        ("gate *.bin *.line", 1),
        ("repro bad.line", 1),
        ("corpus add --regression bad.line", 0),
        ("fuzz lines --seconds 1", 1),
        ("minimize --seconds 1 bad.line", 1),
        ("report", 0),
        ("doctor", 0),
        ("build", 0),
        ("coverage", 0),
    ],
)
def test_an_ascii_locale_degrades_text_and_nothing_else(
    tmp_path: Path, project: Project, words: str, status: int
) -> None:
    made = make_project(tmp_path)
    for path in (*project.root.glob("*.bin"), *project.root.glob("*.line")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (made.corpus_of("lines") / "seeds" / "ü").write_bytes(
        b"1" if words.startswith("fuzz") else b"_seed"
    )
    run = shell(made, words, **ASCII)
    assert run.returncode == status, run
    assert b"internal error" not in run.stdout + run.stderr
    assert (run.stdout + run.stderr).isascii()
