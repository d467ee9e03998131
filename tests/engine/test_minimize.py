# SPDX-License-Identifier: Apache-2.0
"""Minimize: smaller, the same finding, still of its format, and no file is ever lost."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.findings import Examiner, Finding, FindingStore, examine, minimize, triage
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import load_target
from support.boxes import Box, Boxes, boxes_project, many_boxes
from support.engine import EngineProject
from support.hostile_project import lines_project
from support.interrupting import count_runs, interrupt_once

ADDRESS = Variant(sanitizer=Sanitizer.ADDRESS)


@pytest.fixture
def boxes(tmp_path: Path) -> Project:
    return boxes_project(tmp_path)


def put(project: Project, name: str, data: bytes) -> Path:
    path = project.root / name
    path.write_bytes(data)
    return path


def shown(project: Project, target: str, data: bytes) -> Finding:
    finding = examine(data, load_target(project, target), ADDRESS, project).finding
    assert finding is not None
    return finding


def test_a_format_is_shrunk_by_what_is_in_it(boxes: Project) -> None:
    """29 boxes before the main one go, so its number must; none left is another bug."""
    data = many_boxes().build()
    path = put(boxes, "found", data)
    done = minimize(boxes, path, target_name="boxes")
    assert done.output == boxes.root / "found.min"
    small = done.output.read_bytes()
    assert Boxes.parse(small) == Boxes(main=0, boxes=[Box(kind=3, name=bytes(5))])
    assert shown(boxes, "boxes", small).id == shown(boxes, "boxes", data).id
    assert (done.before, done.after) == (len(data), len(small))
    assert done.finding is not None
    assert [frame.function for frame in done.finding.frames][1] == "spill"
    assert path.read_bytes() == data
    # Each run costs a process: a shrinker that tried each byte would take thousands.
    assert done.runs < 150


def test_what_only_a_wrong_number_shows_keeps_it_wrong_and_small(boxes: Project) -> None:
    """The total is over the size; checksum, count and sizes are put right all the same."""
    broken = bytearray(many_boxes().build()[:-4])
    broken[8:12] = (10_000).to_bytes(4, "little")
    data = bytes(broken) + zlib.adler32(broken).to_bytes(4, "little")
    assert shown(boxes, "boxes", data).frames[1].function == "trust_total"
    done = minimize(boxes, put(boxes, "found", data), target_name="boxes")
    assert done.output is not None
    small = done.output.read_bytes()
    decoded = Boxes.decode(small)
    assert [problem.field for problem in decoded.problems] == ["main", "total"]
    assert (decoded.value.boxes, decoded.value.total, len(small)) == ([], 17, 16)
    assert shown(boxes, "boxes", small).frames[1].function == "trust_total"


def test_without_a_format_bytes_are_left_out(project: EngineProject) -> None:
    found = Project(project.root, project.root / "corpus", {"overflow": "cores:overflow"})
    path = put(found, "found", b"MAGIBU" + b"x" * 40)
    done = minimize(found, path, target_name="overflow")
    assert done.output is not None
    # Six bytes reach the overflow, and writing six into four is one.
    assert done.output.read_bytes() == b"MAGIBU"


def test_what_an_oracle_finds_is_judged_by_it_again(tmp_path: Path) -> None:
    project, _ = lines_project(tmp_path)
    path = put(project, "found", b"_many and _Z words, one of them with a Z")
    done = minimize(project, path, target_name="lines")
    assert done.finding is not None
    assert done.finding.kind == "oracle no-z"
    assert done.output is not None
    assert done.output.read_bytes() in {b"_Z", b"Z"}
    again = examine(done.output.read_bytes(), load_target(project, "lines"), ADDRESS, project)
    assert again.finding is not None
    assert again.finding.id == done.finding.id


def test_nothing_is_written_for_what_shows_nothing(boxes: Project) -> None:
    path = put(boxes, "fine", Boxes(main=0, boxes=[Box(kind=1, name=b"x")]).build())
    done = minimize(boxes, path, target_name="boxes")
    assert (done.finding, done.output, done.runs) == (None, None, 0)
    assert not path.with_name("fine.min").exists()


def test_the_only_target_takes_any_file_if_it_has_no_content_toolchain(boxes: Project) -> None:
    """As libFuzzer's harnesses do: whatever the bytes are, they are a testcase."""
    path = put(boxes, "anything", b"not even nearly a box")
    assert minimize(boxes, path).target == "boxes"


def test_no_file_is_overwritten(boxes: Project) -> None:
    path = put(boxes, "found", many_boxes().build())
    other = put(boxes, "found.min", b"somebody's")
    for output in (None, other, path):
        with pytest.raises(InputError, match="is there already"):
            minimize(boxes, path, target_name="boxes", output=output)
    assert other.read_bytes() == b"somebody's"


def test_a_stored_finding_keeps_both_and_goes_on_where_it_ended(boxes: Project) -> None:
    target = load_target(boxes, "boxes")
    data = many_boxes().build()
    triage(data, target, ADDRESS, boxes)
    (stored,) = FindingStore(boxes, "boxes")
    done = minimize(boxes, stored.folder)
    assert done.output == stored.minimized
    smallest = stored.minimized.read_bytes()
    assert stored.input.read_bytes() == data
    again = minimize(boxes, stored.minimized)
    assert (again.output, again.after) == (None, len(smallest))
    # A smaller input of the same finding replaces the folder, and `minimized` goes with it.
    triage(Boxes(main=0, boxes=[Box(kind=3, name=b"longer")]).build(), target, ADDRESS, boxes)
    assert len(stored.input.read_bytes()) < len(data)
    assert stored.minimized.read_bytes() == smallest
    assert minimize(boxes, stored.input).after == len(smallest)


def test_what_shows_another_finding_today_does_not_take_the_stored_ones_place(
    boxes: Project,
) -> None:
    triage(many_boxes().build(), load_target(boxes, "boxes"), ADDRESS, boxes)
    (stored,) = FindingStore(boxes, "boxes")
    other = Boxes(main=0, boxes=[]).build()
    stored.input.write_bytes(other)
    # As if the core had changed: the folder is whole.
    document = json.loads((stored.folder / "finding.json").read_text())
    document["input_sha256"] = hashlib.sha256(other).hexdigest()
    (stored.folder / "finding.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"shows another finding today .*write_behind"):
        minimize(boxes, stored.folder)
    assert not stored.minimized.exists()


@pytest.mark.parametrize(
    "name",
    [
        "corpus/boxes/seeds/found",
        "corpus/boxes/regressions/found",
        "corpus/boxes/evolved/found",
        ".groundstop/seeds/boxes/found",
    ],
)
def test_an_input_of_the_corpus_gets_no_neighbor(boxes: Project, name: str) -> None:
    """It would be one more input: without a sidecar, or a seed that shows the bug."""
    (boxes.root / name).parent.mkdir(parents=True, exist_ok=True)
    path = put(boxes, name, many_boxes().build())
    with pytest.raises(InputError, match=r"lies in the corpus.* with -o"):
        minimize(boxes, path, target_name="boxes")
    assert list(path.parent.iterdir()) == [path]
    (boxes.root / "here").symlink_to(path.parent)
    with pytest.raises(InputError, match="lies in the corpus"):
        minimize(boxes, boxes.root / "here" / "found", target_name="boxes")


def test_an_input_of_the_corpus_is_minimized_to_where_it_is_asked_for(boxes: Project) -> None:
    (boxes.root / "corpus/boxes/seeds").mkdir(parents=True, exist_ok=True)
    path = put(boxes, "corpus/boxes/seeds/found", many_boxes().build())
    done = minimize(boxes, path, target_name="boxes", output=boxes.root / "small")
    assert done.output == boxes.root / "small"


def test_what_another_variant_shows_does_not_take_the_stored_ones_place(boxes: Project) -> None:
    """The same finding, but nobody has seen the smaller input show it where it was found."""
    data = many_boxes().build()
    other = Variant(Release("1.0"), Sanitizer.ADDRESS)
    finding = replace(shown(boxes, "boxes", data), variant=other)
    stored = FindingStore(boxes, "boxes").save(finding, data, "")
    with pytest.raises(InputError, match=r"found on 1\.0-address, and is run on address.* -o"):
        minimize(boxes, stored.folder, release=Release())
    assert not stored.minimized.exists()
    done = minimize(boxes, stored.folder, release=Release(), output=boxes.root / "small")
    assert done.output == boxes.root / "small"
    assert not stored.minimized.exists()


def test_ctrl_c_keeps_the_best_so_far(boxes: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    data = many_boxes().build()
    results = count_runs(monkeypatch, interrupt_at=8)
    handler = signal.getsignal(signal.SIGINT)
    done = minimize(boxes, put(boxes, "found", data), target_name="boxes")
    assert done.ended == "interrupt"
    assert done.runs == 8
    assert len(results) == 9, "the ninth confirms what is written"
    assert signal.getsignal(signal.SIGINT) is handler
    assert done.output is not None
    small = done.output.read_bytes()
    assert len(small) < len(data)
    assert shown(boxes, "boxes", small).id == shown(boxes, "boxes", data).id


def test_a_second_ctrl_c_ends_it_at_once(boxes: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def insisted(*_: object) -> bool:
        interrupt_once()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)
        return False

    monkeypatch.setattr(Examiner, "shows", insisted)
    path = put(boxes, "found", many_boxes().build())
    # Whoever started the tests in the background may have had them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            minimize(boxes, path, target_name="boxes")
    finally:
        signal.signal(signal.SIGINT, before)
    assert not path.with_name("found.min").exists()


def test_the_time_is_up(boxes: Project) -> None:
    path = put(boxes, "found", many_boxes().build())
    done = minimize(boxes, path, target_name="boxes", seconds=1e-9)
    assert (done.ended, done.runs, done.output) == ("time", 0, None)


def test_what_does_not_show_again_is_not_what_is_written(
    boxes: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding that depends on chance: the first input kept may be the last one that holds."""
    data = many_boxes().build()
    shows = Examiner.shows
    examiners: set[int] = set()

    def fickle(examiner: Examiner, candidate: bytes, finding: Finding) -> bool:
        examiners.add(id(examiner))
        return len(examiners) < 2 and shows(examiner, candidate, finding)

    monkeypatch.setattr(Examiner, "shows", fickle)
    done = minimize(boxes, put(boxes, "found", data), target_name="boxes")
    assert (done.after, done.output) == (len(data), None)
