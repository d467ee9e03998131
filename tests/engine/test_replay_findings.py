# SPDX-License-Identifier: Apache-2.0
"""From an input to a finding: dedup, triage of a campaign's artifacts, reproducing, the view."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from groundstop.cli._finding_view import print_reproduction
from groundstop.config import Project
from groundstop.errors import (
    InputError,
    InterruptedTriageError,
    SourceError,
    TargetError,
    ToolError,
)
from groundstop.findings import (
    FindingStore,
    examine,
    find_target,
    keep_artifacts,
    reproduce,
    triage,
)
from groundstop.findings._examine import Examination, Examiner
from groundstop.model import Sanitizer, Variant
from groundstop.target import Target
from support.hostile_project import lines_project, make_project

ADDRESS = Variant(sanitizer=Sanitizer.ADDRESS)
UNDEFINED = Variant(sanitizer=Sanitizer.UNDEFINED)


@pytest.fixture
def lines(tmp_path: Path) -> tuple[Project, Target]:
    return lines_project(tmp_path)


def put(project: Project, name: str, data: bytes) -> Path:
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_two_inputs_of_one_bug_are_one_finding_and_the_smaller_is_kept(
    lines: tuple[Project, Target],
) -> None:
    project, target = lines
    found = {triage(data, target, ADDRESS, project) for data in (b"1 and more", b"1", b"1 x")}
    assert len({finding.id for finding in found if finding}) == 1
    (stored,) = FindingStore(project, "lines")
    assert stored.input.read_bytes() == b"1"
    assert [frame.function for frame in stored.finding.frames] == [
        "first_bug",
        "harm",
        "hostile_entry",
    ]
    assert "heap-buffer-overflow" in stored.report.read_text()


@pytest.mark.parametrize("variant", [ADDRESS, UNDEFINED], ids=str)
def test_two_bugs_are_two_findings(lines: tuple[Project, Target], variant: Variant) -> None:
    project, target = lines
    for data in (b"1", b"2"):
        triage(data, target, variant, project)
    heads = sorted(stored.finding.headline for stored in FindingStore(project, "lines"))
    assert len(heads) == 2
    assert "first_bug" in heads[0]
    assert "second_bug" in heads[1]


def test_what_is_fine_is_no_finding(lines: tuple[Project, Target]) -> None:
    project, target = lines
    assert triage(b"fine", target, ADDRESS, project) is None
    assert list(FindingStore(project, "lines")) == []


def test_without_a_symbolizer_bugs_are_still_told_apart(
    lines: tuple[Project, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise ToolError(f"{name} is not on PATH")

    monkeypatch.setattr("groundstop.replay._settings.find_llvm_tool", missing)
    project, target = lines
    found = [triage(data, target, ADDRESS, project) for data in (b"1", b"1 x", b"2")]
    first, same, second = (finding.id for finding in found if finding)
    assert first == same != second
    (top, *_) = next(iter(FindingStore(project, "lines"))).finding.frames
    assert top.place.startswith("liblines.so+0x")


def test_an_oracle_in_python_gives_a_finding(lines: tuple[Project, Target]) -> None:
    project, target = lines
    found = examine(b"_Z", target, ADDRESS, project)
    assert found.finding is not None
    assert found.finding.kind == "oracle no-z"
    assert found.report == "oracle no-z: a Z in b'_Z'\n"


def test_artifacts_of_a_campaign_become_findings(lines: tuple[Project, Target]) -> None:
    project, target = lines
    folder = ".groundstop/findings/lines/address"
    paths = [
        put(project, f"{folder}/crash-1", b"1"),
        put(project, f"{folder}/crash-2", b"1 again"),
        put(project, f"{folder}/crash-3", b"_Z"),
        put(project, f"{folder}/timeout-4", b"fine after all"),
        put(project, f"{folder}/crash-5", b"fine with an oracle's word"),
        put(project, f"{folder}/crash-6", b"fine with a report"),
    ]
    put(project, f"{folder}/crash-5.oracle", b"model: 3 matches, not 2\n")
    report = "==1==ERROR: AddressSanitizer: SEGV on unknown\n    #0 0x1 in g /src/a.c:3:1\n"
    put(project, f"{folder}/crash-6.report", report.encode())
    found = keep_artifacts(paths, target, ADDRESS, project)
    assert [(f.kind, f.reproduced) for f in found] == [
        ("heap-buffer-overflow", True),
        ("oracle no-z", True),
        ("timeout", False),
        ("oracle model", False),
        ("SEGV", False),
    ]
    assert found[4].headline == "SEGV in g at /src/a.c:3"
    assert {s.finding.id for s in FindingStore(project, "lines")} == {f.id for f in found}


def test_an_interrupted_triage_says_where_the_rest_is(
    lines: tuple[Project, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, target = lines
    paths = [put(project, f".groundstop/findings/lines/address/crash-{n}", b"1") for n in range(3)]
    examine = Examiner.examine

    def interrupted(examiner: Examiner, data: bytes) -> Examination:
        if list(FindingStore(project, "lines")):
            raise KeyboardInterrupt
        return examine(examiner, data)

    monkeypatch.setattr(Examiner, "examine", interrupted)
    with pytest.raises(InterruptedTriageError, match=r"1 of 3 .* in \S*lines/address") as caught:
        keep_artifacts(paths, target, ADDRESS, project)
    assert caught.value.folder == project.relative(paths[0].parent)


def test_a_stored_finding_reproduces_by_file_and_by_folder(lines: tuple[Project, Target]) -> None:
    project, target = lines
    triage(b"u", target, UNDEFINED, project)
    (stored,) = FindingStore(project, "lines")
    for path in (stored.input, stored.folder):
        again = reproduce(project, path)
        assert again.reproduced
        assert again.examination.variant == UNDEFINED
        assert again.examination.finding == stored.finding


def test_an_artifact_is_run_on_the_variant_whose_folder_it_lies_in(
    lines: tuple[Project, Target],
) -> None:
    project, _ = lines
    path = put(project, ".groundstop/findings/lines/undefined/crash-0", b"1")
    again = reproduce(project, path)
    assert again.examination.variant == UNDEFINED
    assert again.examination.finding is not None
    assert again.examination.finding.kind == "guard-page-overflow"


def test_a_text_source_is_compiled_first(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    again = reproduce(project, put(project, "elsewhere/x.line", b"line: 1\n"))
    assert again.reproduced
    assert again.testcase == b"1"
    name = project.relative(again.path)
    assert again.command == f"groundstop repro {name} --target lines --sanitizer address"


def test_a_sidecar_stands_for_its_input_and_is_quoted(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    put(project, "corpus/lines/regressions/one.line", b"line: 1\n")
    sidecar = b'input = "one.line"\nwhat = "The first bug."\noracle = "memory"\n'
    path = put(project, "corpus/lines/regressions/one.finding.toml", sidecar)
    again = reproduce(project, path)
    assert again.path.name == "one.line"
    assert again.words == "The first bug."


def test_undefined_is_tried_where_address_shows_nothing(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    path = put(project, "corpus/lines/seeds/v.bin", b"v")
    assert not reproduce(project, path, sanitizer=Sanitizer.ADDRESS).reproduced
    again = reproduce(project, path)
    assert again.reproduced
    assert again.examination.variant == UNDEFINED


def test_what_does_not_reproduce_says_what_the_core_did(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    fine = reproduce(project, put(project, "corpus/lines/seeds/x.bin", b"_x"))
    assert not fine.reproduced
    assert fine.examination.variant == ADDRESS
    assert fine.steps == ("reached EVALUATED",)


@pytest.mark.parametrize(
    "name, data, error, message",
    [
        ("x.line", b"nonsense", SourceError, "must begin with"),
        ("x.bin", b"?", TargetError, "no target recognizes it; name one with --target"),
        ("", b"", InputError, "no such file"),
    ],
)
def test_a_file_that_cannot_be_run_is_an_error(
    lines: tuple[Project, Target], name: str, data: bytes, error: type[Exception], message: str
) -> None:
    project, _ = lines
    path = put(project, name, data) if name else project.root / "none"
    with pytest.raises(error, match=message):
        reproduce(project, path)


def test_a_file_that_fits_two_targets_belongs_to_neither(tmp_path: Path) -> None:
    project = make_project(tmp_path, "one", "two")
    path = put(project, "x.bin", b"_x")
    with pytest.raises(TargetError, match="fits the targets one, two; name one with --target"):
        find_target(project, path)
    assert find_target(project, path, "two").name == "two"
    inside = put(project, "corpus/two/seeds/x.bin", b"anything")
    assert find_target(project, inside).name == "two"


def shown(project: Project, path: Path, width: int, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    print_reproduction(reproduce(project, path), project, console)
    return out.getvalue()


def test_the_view_shows_frames_report_content_and_the_line_to_repeat_it(
    lines: tuple[Project, Target],
) -> None:
    project, _ = lines
    path = put(project, "corpus/lines/seeds/x.bin", b"1")
    text = shown(project, path, 80, terminal=False)
    order = [
        "reproduces on lines address",
        "heap-buffer-overflow: READ of size 1 in first_bug at ",
        "first_bug  ",
        "hostile_entry  ",
        "a line of 1 bytes: b'1'",
        "==ERROR: AddressSanitizer: heap-buffer-overflow",
        "groundstop repro ",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    # What called the core is left out; it is not forgotten.
    whole = reproduce(project, path).examination.report
    assert text.count(" in main ") < whole.count(" in main ")
    assert "Shadow byte legend" not in text
    assert text.splitlines()[-3].startswith("heap-buffer-overflow: READ of size 1 in first_bug")
    # In a pipe no line is broken.
    assert any(len(line) > 80 for line in text.splitlines())


def test_a_wide_terminal_has_report_and_content_side_by_side(
    lines: tuple[Project, Target],
) -> None:
    project, _ = lines
    path = put(project, "corpus/lines/seeds/x.bin", b"1")
    wide = shown(project, path, 200, terminal=True).splitlines()
    assert any("report" in line and "content" in line for line in wide)
    narrow = shown(project, path, 100, terminal=True).splitlines()
    assert not any("report" in line and "content" in line for line in narrow)
    # No word is broken, but one that is wider than the terminal.
    narrow = shown(project, path, 40, terminal=True).splitlines()
    assert any(line.endswith("first_bug at") for line in narrow)
