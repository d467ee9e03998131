# SPDX-License-Identifier: Apache-2.0
"""Where few files may be open, what is found is still found, reproduced, or the reason told."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.artifacts import untriaged
from groundstop.config import find_project
from groundstop.errors import ReplayError
from groundstop.findings import FindingStore, keep_artifacts
from groundstop.model import Variant
from support.command import COMMAND
from support.libraries import share_builds
from support.uncivil import uncivil, uncivil_project

HARNESS = """\
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return size > 2 && data[size] == 1;
}
"""


def limited(files: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


@pytest.mark.parametrize("files", [64, 256, 512])
def test_findings_are_reproduced(tmp_path: Path, files: int) -> None:
    (tmp_path / "harness.c").write_text(HARNESS)
    share_builds(tmp_path)
    run = subprocess.run(
        [COMMAND, "fuzz", "--harness", "harness.c", "--seconds", "600", "--stop", "--json"],
        cwd=tmp_path,
        preexec_fn=limited(files),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    (finding,) = json.loads(run.stdout)["findings"]
    assert finding["kind"] == "heap-buffer-overflow"
    assert finding["reproduced"] is True


def test_what_cannot_be_run_is_not_called_unreproducible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = uncivil_project(tmp_path)
    folder = project.state / "findings" / "uncivil" / "address"
    folder.mkdir(parents=True)
    artifact = folder / "crash-1"
    artifact.write_bytes(b"X")
    keep_artifacts([artifact], uncivil("a"), Variant(), project)
    again = folder / "crash-2"
    again.write_bytes(b"X2")

    def refuse(_name: str, _flags: int = 0) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("os.memfd_create", refuse)
    with pytest.raises(ReplayError, match="Too many open files"):
        keep_artifacts([again], uncivil("a"), Variant(), project)
    assert untriaged(folder) == [again]
    assert len(list(FindingStore(find_project(tmp_path), "uncivil"))) == 1
