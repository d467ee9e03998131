# SPDX-License-Identifier: Apache-2.0
"""`findings list`, `findings show` and `minimize`, as people type them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from groundstop.config import Project, find_project
from groundstop.errors import InputError, SourceError, TargetError
from groundstop.findings import (
    FindingStore,
    Stored,
    find_finding,
    minimize,
    reproduce,
    triage,
)
from groundstop.model import Release, Sanitizer, Variant
from support.command import ROOT, groundstop
from support.hostile_project import lines_project
from support.interrupting import count_runs

ADDRESS = Variant(sanitizer=Sanitizer.ADDRESS)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two deaths and what an oracle says, as they are stored."""
    made, target = lines_project(tmp_path_factory.mktemp("found"))
    for data in (b"1 and more", b"2", b"_Z"):
        triage(data, target, ADDRESS, made)
    return FindingStore(made, "lines").folder


@pytest.fixture
def project(tmp_path: Path, found: Path) -> Project:
    """A project of its own with these findings."""
    made, _ = lines_project(tmp_path)
    shutil.copytree(found, FindingStore(made, "lines").folder)
    return made


def stored_of(project: Project) -> list[Stored]:
    return list(FindingStore(project, "lines"))


def test_list_names_each_finding_and_its_file(project: Project) -> None:
    run = groundstop("findings", "list", cwd=project.root)
    assert run.status == 0, run.output
    lines = run.stdout.splitlines()
    assert len(lines) == 6
    for stored, line, path in zip(stored_of(project), lines[::2], lines[1::2], strict=True):
        assert line.startswith(f"{stored.finding.id}  lines address  ")
        said, _, _ = stored.finding.headline.partition(" at ")
        assert f" {said}" in line
        assert stored.found is not None
        assert f"{stored.found:%Y-%m-%d}" in line
        size = stored.input.stat().st_size
        assert f"  {size} {'byte' if size == 1 else 'bytes'}  " in line
        assert (project.root / path.strip()).samefile(stored.input)
    for word in ("first_bug", "second_bug", "oracle no-z"):
        assert word in run.stdout


def test_list_is_read_by_programs(project: Project) -> None:
    run = groundstop("findings", "list", "lines", "--json", cwd=project.root)
    said = json.loads(run.stdout)
    assert (said["untriaged"], said["damaged"]) == ([], [])
    rows = said["findings"]
    assert {row["id"] for row in rows} == {stored.finding.id for stored in stored_of(project)}
    (row,) = (row for row in rows if "first_bug" in row["headline"])
    assert row["bytes"] == len(b"1 and more")
    assert (project.root / row["input"]).read_bytes() == b"1 and more"
    assert row["minimized"] is None


def test_show_needs_the_beginning_of_an_id_and_runs_nothing(project: Project) -> None:
    (stored,) = (s for s in stored_of(project) if "first_bug" in s.finding.headline)
    # What is stored, not what would come of it today.
    stored.report.write_text("the report as it was\n")
    for name in (stored.finding.id, str(stored.folder), str(stored.input), str(stored.report)):
        assert find_finding(project, name) == stored
    run = groundstop("findings", "show", stored.finding.id[:7], cwd=project.root)
    assert run.status == 0, run.output
    order = ["heap-buffer-overflow", "b'1 and more'", "the report as it was", "groundstop repro "]
    places = [run.stdout.index(part) for part in order]
    assert places == sorted(places)
    again = run.stdout.splitlines()[-1].split()[1:]
    assert groundstop(*again, cwd=project.root).status == 1


def test_show_of_a_finding_whose_target_is_gone_still_shows_the_report(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.groundstop]\n")
    identifier = stored_of(project)[0].finding.id
    assert identifier in groundstop("findings", "list", "lines", cwd=project.root).stdout
    run = groundstop("findings", "show", identifier, cwd=project.root)
    assert run.status == 0, run.output
    assert "content is not decoded: no target 'lines'" in run.stderr
    assert "Report" in run.stdout


@pytest.mark.parametrize(
    "name, message",
    [
        ("", "no finding has this id"),
        ("zzz", r"zzz: no finding has this id \(groundstop findings list"),
        ("{root}/pyproject.toml", "no stored finding; groundstop repro FILE"),
        (".groundstop/findings/lines/address", "no finding, but inputs as campaigns stored them"),
    ],
)
def test_what_is_no_finding_is_an_input_error(project: Project, name: str, message: str) -> None:
    (project.state / "findings" / "lines" / "address").mkdir()
    with pytest.raises(InputError, match=message):
        find_finding(project, name.format(root=project.root))


def test_what_is_not_there_is_one_message(project: Project) -> None:
    for arguments, message in (
        (["show", "zzz"], "zzz: no finding has this id"),
        (["list", "nothing"], "no target 'nothing' (known: "),
    ):
        run = groundstop("findings", *arguments, cwd=project.root)
        assert run.status == 2
        assert message in run.stderr
        assert len(run.stderr.splitlines()) == 1


def test_an_id_that_two_begin_with_names_both(project: Project) -> None:
    first = stored_of(project)[0]
    twin = first.folder.with_name(first.finding.id[:4] + "0" * 12)
    twin.mkdir()
    for path in first.folder.iterdir():
        (twin / path.name).write_bytes(path.read_bytes())
    run = groundstop("findings", "show", first.finding.id[:4], cwd=project.root)
    assert run.status == 2
    assert "begins 2 findings' ids" in run.stderr


def test_a_smaller_input_leaves_the_day_it_was_found(project: Project) -> None:
    (stored,) = (s for s in stored_of(project) if "first_bug" in s.finding.headline)
    place = stored.folder / "finding.json"
    document = json.loads(place.read_text())
    place.write_text(json.dumps({**document, "found": "2024-07-19T04:09:00+00:00"}))
    FindingStore(project, "lines").save(stored.finding, b"1", "smaller")
    assert stored.input.read_bytes() == b"1"
    assert "2024-07-19" in groundstop("findings", "list", cwd=project.root).stdout
    # As written before that was noted.
    document = json.loads(place.read_text())
    del document["found"]
    place.write_text(json.dumps(document))
    assert stored.finding.id in groundstop("findings", "list", cwd=project.root).stdout


def test_no_findings_is_no_error(tmp_path: Path) -> None:
    made, _ = lines_project(tmp_path)
    assert groundstop("findings", "list", cwd=made.root).stdout == "no findings\n"
    said = json.loads(groundstop("findings", "list", "--json", cwd=made.root).stdout)
    assert said == {"findings": [], "untriaged": [], "damaged": []}


def test_minimize_writes_beside_the_finding_and_says_how_to_see_it(project: Project) -> None:
    (stored,) = (s for s in stored_of(project) if "first_bug" in s.finding.headline)
    run = groundstop("minimize", stored.input, cwd=project.root)
    assert run.status == 1, run.output
    assert "10 bytes → 1" in run.stdout
    assert stored.minimized.read_bytes() == b"1"
    again = run.stdout.splitlines()[-1].split()[1:]
    assert again[1].endswith("/minimized")
    assert groundstop(*again, cwd=project.root).status == 1
    listed = groundstop("findings", "list", cwd=project.root)
    assert f"{stored.finding.id}/minimized" in listed.stdout


def test_minimize_says_of_what_is_small_already_that_it_is(project: Project) -> None:
    small = project.root / "small.bin"
    small.write_bytes(b"1")
    run = groundstop("minimize", small, "--target", "lines", cwd=project.root)
    assert run.status == 1, run.output
    assert "  1 byte, cannot be made smaller: nothing is written, " in run.stdout
    assert "→" not in run.stdout
    assert not (project.root / "small.bin.min").exists()
    # Whoever names a file goes on with it.
    named = groundstop("minimize", small, "--target", "lines", "-o", "same", cwd=project.root)
    assert named.status == 1, named.output
    assert "  1 byte, cannot be made smaller, " in named.stdout
    assert (project.root / "same").read_bytes() == b"1"
    assert named.stdout.splitlines()[-1].split()[2] == "same"


def test_a_smaller_input_is_named_instead_of_what_was_minimized_before(project: Project) -> None:
    stored = stored_of(project)[0]
    stored.minimized.write_bytes(stored.input.read_bytes() + b"longer")
    identifier = stored.finding.id
    assert f"{identifier}/input" in groundstop("findings", "list", cwd=project.root).stdout
    shown = groundstop("findings", "show", identifier, cwd=project.root).stdout
    assert f"{identifier}/input " in shown.splitlines()[-1]


def test_minimize_of_what_does_not_reproduce_writes_nothing(project: Project) -> None:
    path = project.root / "fine"
    path.write_bytes(b"_fine")
    run = groundstop("minimize", path, cwd=project.root)
    assert run.status == 0, run.output
    assert "fine: does not reproduce, nothing is written" in run.stdout
    assert not (project.root / "fine.min").exists()


@pytest.mark.parametrize(
    "name, output, error, message",
    [
        ("nothing", None, InputError, "nothing: no such file"),
        ("bad.line", None, SourceError, "must begin with 'line: '"),
        ("unknown.bin", None, TargetError, "no target recognizes it; name one with --target"),
        ("one.line", "one.line", InputError, "is there already"),
        ("one.line", "none/there", InputError, "cannot be written"),
    ],
)
def test_minimize_of_what_cannot_be_run_is_an_error(
    project: Project, name: str, output: str | None, error: type[Exception], message: str
) -> None:
    (project.root / "bad.line").write_text("nonsense")
    (project.root / "unknown.bin").write_bytes(b"?")
    (project.root / "one.line").write_text("line: 1 and more")
    with pytest.raises(error, match=message):
        minimize(project, project.root / name, output=project.root / output if output else None)
    assert (project.root / "one.line").read_text() == "line: 1 and more"


def test_the_incident_gets_smaller_and_stays_the_incident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = find_project(ROOT)
    source = project.corpus / "channel" / "regressions" / "channel-291.toml"
    count_runs(monkeypatch, interrupt_at=30)
    done = minimize(project, source, output=tmp_path / "small", seconds=600)
    assert done.output == tmp_path / "small"
    assert done.after == done.output.stat().st_size < done.before
    again = reproduce(
        project, done.output, target_name="channel", release=Release("7.11", "2024-07")
    )
    assert done.finding is not None
    assert again.examination.finding == done.finding
    # With 20 of them nothing would be read behind them.
    assert again.content.count("kind = ") >= 21
