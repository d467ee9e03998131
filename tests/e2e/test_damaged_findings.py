# SPDX-License-Identifier: Apache-2.0
"""A stored finding that somebody has edited, or that is not whole: every command says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundstop.config import Project
from groundstop.errors import DamagedFindingError
from groundstop.findings import Finding, FindingStore, Frame, Stored, reproduce
from groundstop.model import Variant
from support.command import groundstop
from support.hostile_project import lines_project

FINDING = Finding("lines", Variant(), "SEGV", "", (Frame("f", "/src/a.c", 1, "liblines.so"),))
OTHER = Finding("lines", Variant(), "SEGV", "", (Frame("g", "/src/a.c", 9, "liblines.so"),))


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """A finding that no input shows, beside one that is whole."""
    project, _ = lines_project(tmp_path)
    store = FindingStore(project, "lines")
    store.save(OTHER, b"fine", "report")
    return store.save(FINDING, b"fine", "report")


def project_of(stored: Stored) -> Project:
    root = stored.folder.parents[3]
    return Project(root, root / "corpus")


def edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def edited(folder: Path) -> None:
        place = folder / "finding.json"
        document = json.loads(place.read_text())
        change(document)
        place.write_text(json.dumps(document))

    return edited


def link(folder: Path, name: str) -> None:
    place = folder / name if name else folder
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    place.symlink_to("nowhere")


def put(name: str, value: object) -> Callable[[Path], object]:
    return edit(lambda document: document.update({name: value}))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no finding.json": lambda folder: (folder / "finding.json").unlink(),
    "no JSON": lambda folder: (folder / "finding.json").write_text("id = 5\n"),
    "no UTF-8": lambda folder: (folder / "finding.json").write_bytes(b"\xff\xfe"),
    "empty": lambda folder: (folder / "finding.json").write_text(""),
    "a list": lambda folder: (folder / "finding.json").write_text("[]"),
    "too deep": lambda folder: (folder / "finding.json").write_text("[" * 100_000),
    "digits": lambda folder: (folder / "finding.json").write_text('{"id": ' + "9" * 5000 + "}"),
    "a link to nowhere": lambda folder: link(folder, ""),
    "a file for a folder": lambda folder: (
        folder.rename(folder.parents[3] / "aside"),
        folder.write_text(""),
    ),
    "its document a link": lambda folder: link(folder, "finding.json"),
    "its input a link": lambda folder: link(folder, "input"),
    "no input": lambda folder: (folder / "input").unlink(),
    "another input": lambda folder: (folder / "input").write_bytes(b"1"),
    "an empty input": lambda folder: (folder / "input").write_bytes(b""),
    "no report": lambda folder: (folder / "report.txt").unlink(),
    "another target": put("target", "other"),
    "no sanitizer": put("sanitizer", "memory"),
    "no text": put("sanitizer", 5),
    "no release": put("release", "../7"),
    "another id": put("id", "0" * 16),
    "another kind": put("kind", "abort"),
    "half a character": put("detail", "\ud800"),
    "no truth": put("reproduced", "yes"),
    "no frames": put("frames", None),
    "a frame of another": put("frames", [{"function": "f"}]),
    "a line of many digits": put(
        "frames", [{"function": "f", "file": "", "line": 1 << 80, "module": "", "offset": ""}]
    ),
    "no time": put("found", "yesterday"),
    "a year before all": put("found", "0001-01-01T00:00:00+14:00"),
    **{
        f"without {name}": edit(lambda document, name=name: document.pop(name))  # type: ignore[misc]
        for name in ("id", "target", "release", "sanitizer", "kind", "detail", "frames")
    },
    "without a digest": edit(lambda document: document.pop("input_sha256")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_seen_and_never_run(stored: Stored, name: str) -> None:
    DAMAGES[name](stored.folder)
    project = project_of(stored)
    store = FindingStore(project, "lines")
    (damaged,) = (each for each in store.entries() if isinstance(each, DamagedFindingError))
    assert damaged.folder == stored.folder
    assert damaged.why
    assert [each.finding for each in store] == [OTHER]
    with pytest.raises(DamagedFindingError):
        store.load(FINDING.id)
    with pytest.raises(DamagedFindingError):
        reproduce(project, stored.folder, target_name="lines")
    # What is found again gets a whole one.
    store.save(FINDING, b"longer", "report")
    assert {each.finding for each in store.entries() if isinstance(each, Stored)} == {
        FINDING,
        OTHER,
    }


COMMANDS: list[list[str]] = [
    ["findings", "list"],
    ["findings", "show", FINDING.id],
    ["repro", FINDING.id],
    ["repro", FINDING.id[:6]],
    ["repro", f".groundstop/findings/lines/{FINDING.id}/input"],
    ["minimize", FINDING.id],
    ["corpus", "add", "--regression", f".groundstop/findings/lines/{FINDING.id}"],
    ["report"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:3]))
def test_every_command_names_it_with_status_2(stored: Stored, words: list[str]) -> None:
    DAMAGES["no sanitizer"](stored.folder)
    run = groundstop(*words, cwd=project_of(stored).root)
    assert run.status == 2, run.output
    assert FINDING.id in run.stderr
    assert "Traceback" not in run.output
    assert "internal error" not in run.output
    assert "does not reproduce" not in run.output
    if words == ["findings", "list"]:
        assert OTHER.id in run.stdout


def test_a_folder_of_a_target_that_is_none_is_named(stored: Stored) -> None:
    root = project_of(stored).root
    (root / ".groundstop" / "findings" / "gone").symlink_to("nowhere")
    run = groundstop("findings", "list", "--json", cwd=root)
    assert run.status == 2
    said = json.loads(run.stdout)
    assert [row["folder"] for row in said["damaged"]] == [".groundstop/findings/gone"]
    assert len(said["findings"]) == 2
