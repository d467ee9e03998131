# SPDX-License-Identifier: Apache-2.0
"""Paths: stored as seen from the project's root, printed as a shell finds them from here."""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
import subprocess

import pytest

from groundstop.config import Project
from groundstop.findings import FindingStore, Stored, triage
from groundstop.model import Sanitizer, Variant
from groundstop.target import load_target
from support.command import COMMAND, groundstop
from support.hostile_project import make_project
from support.replaying import CORES

ADDRESS = Variant(sanitizer=Sanitizer.ADDRESS)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With a core of its own, in a folder whose name a shell takes apart."""
    root = tmp_path_factory.mktemp("places") / "a 'project'; $(here)"
    root.mkdir()
    made = make_project(root)
    (root / "native code").mkdir()
    shutil.copy(CORES / "hostile.c", root / "native code")
    for module in root.glob("target_*.py"):
        text = module.read_text(encoding="utf-8")
        text = text.replace(f"Path({str(CORES)!r})", "Path(__file__).parent")
        module.write_text(text.replace('"hostile.c"', '"native code/hostile.c"'), encoding="utf-8")
    (root / "below here").mkdir()
    # A build knows its files by where they were compiled.
    (root / ".groundstop" / "build").unlink()
    return made


@pytest.fixture(scope="module")
def stored(project: Project) -> Stored:
    with contextlib.chdir(project.root / "below here"):
        triage(b"1 and more", load_target(project, "lines"), ADDRESS, project)
    (found,) = FindingStore(project, "lines")
    return found


def test_what_is_stored_names_files_from_the_root(project: Project, stored: Stored) -> None:
    text = (stored.folder / "finding.json").read_text(encoding="utf-8")
    assert str(project.root) not in text
    document = json.loads(text)
    assert document["frames"][0]["file"] == "native code/hostile.c"
    assert " at native code/hostile.c:" in document["headline"]
    # Its sidecar is read in another clone, too.
    run = groundstop("corpus", "add", "--regression", stored.finding.id, cwd=stored.folder)
    assert run.status == 0, run.output
    (sidecar,) = project.corpus_of("lines").glob("regressions/*.toml")
    assert " at native code/hostile.c:" in sidecar.read_text(encoding="utf-8")


def test_a_project_that_was_moved_has_its_findings(project: Project, stored: Stored) -> None:
    there = project.root.with_name("moved")
    shutil.copytree(project.root, there, symlinks=True)
    (document,) = json.loads(groundstop("findings", "list", "--json", cwd=there).stdout)["findings"]
    assert document["id"] == stored.finding.id
    assert " at native code/hostile.c:" in document["headline"]


@pytest.mark.parametrize("where", [".", "below here", "native code"])
def test_every_path_and_line_that_is_printed_works_in_a_shell(
    project: Project, stored: Stored, where: str
) -> None:
    here = project.root / where
    listed = groundstop("findings", "list", cwd=here).stdout.splitlines()
    shown = subprocess.run(
        ["bash", "-c", f"cmp -- {listed[-1].strip()} {shlex.quote(str(stored.input))}"],
        cwd=here,
        check=False,
    )
    assert shown.returncode == 0
    headline = groundstop("findings", "list", cwd=here).stdout.splitlines()[0]
    place, _, _ = headline.rpartition(" at ")[2].rpartition(":")
    assert (here / place).samefile(project.root / "native code" / "hostile.c")
    for command in ("findings show", "repro"):
        said = groundstop(*command.split(), stored.finding.id, cwd=here).stdout.splitlines()
        again = said[-1].strip().replace("groundstop", str(COMMAND), 1)
        ran = subprocess.run(["bash", "-c", again], cwd=here, capture_output=True, check=False)
        assert ran.returncode == 1, (again, ran)
