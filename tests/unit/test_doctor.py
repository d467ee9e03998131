# SPDX-License-Identifier: Apache-2.0
"""The doctor on a machine and in a project where things are missing."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from groundstop import doctor
from groundstop.config import Project
from groundstop.errors import ToolError
from groundstop.model import Release
from groundstop.report import measure_coverage
from groundstop.report._coverage import _files
from groundstop.target import Core, Target


def test_one_cause_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/nowhere/clang")
    monkeypatch.setattr(doctor, "list_targets", lambda _project: {})
    checks = {check.name: check for check in doctor.examine(Project(tmp_path, tmp_path))}
    assert "/nowhere/clang does not run" in checks["clang"].detail
    for name in ("clang runtimes", "native parts"):
        assert checks[name] == doctor.Check(name, good=False, detail="see clang above")
    assert "is empty" in checks["targets"].detail
    assert checks["engine"].detail == "see targets above"


def test_what_the_system_refuses_is_told_as_any_other_thing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/mnt/.groundstop/build")

    monkeypatch.setattr(doctor, "build_driver", refused)
    monkeypatch.setattr(doctor, "list_targets", lambda _project: {})
    checks = {check.name: check for check in doctor.examine(Project(tmp_path, tmp_path))}
    words = "/mnt/.groundstop/build: Read-only file system"
    assert checks["native parts"] == doctor.Check("native parts", good=False, detail=words)
    assert list(checks)[-1] == "engine"


def test_a_file_in_place_of_the_coverage_folder_is_refused(tmp_path: Path) -> None:
    html = tmp_path / "out"
    html.write_text("")
    target = Target("vm", Core(root=tmp_path, sources=("vm.c",)))
    with pytest.raises(ToolError, match="out is a file"):
        measure_coverage(target, Project(tmp_path, tmp_path), Release(), html)


def test_files_without_lines_are_left_out() -> None:
    def entry(name: str, lines: int) -> str:
        counts = f'{{"count": {lines}, "covered": 0}}'
        summary = f'{{"lines": {counts}, "branches": {counts}}}'
        return f'{{"filename": "{name}", "summary": {summary}}}'

    exported = f'{{"data": [{{"files": [{entry("a.h", 0)}, {entry("b.c", 3)}]}}]}}'
    assert [file.path.name for file in _files(exported)] == ["b.c"]
