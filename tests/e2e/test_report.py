# SPDX-License-Identifier: Apache-2.0
"""`groundstop report`, as people type it: what a campaign leaves, a page, a document."""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from groundstop.campaign import CampaignRecord
from groundstop.cli.report import command
from groundstop.config import Project, find_project
from groundstop.errors import InputError
from groundstop.findings import FindingStore, Stored, triage
from groundstop.model import Sanitizer, Variant
from groundstop.report import gather_evidence, render_page
from groundstop.target import load_target
from support.boxes import boxes_project
from support.command import ROOT, groundstop
from support.hostile_project import lines_project
from support.libraries import library_project, shared_object

KILLS = b"1<script>alert(1)</script>"
SAID = b"_Z<script>alert(2)</script>"
SIDECAR = 'input = "old.line"\nwhat = "<b>It broke.</b>"\noracle = "memory"\n'
VM = {"fine": b"fine"}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which a campaign has found a death, and an oracle has said something."""
    project, target = lines_project(tmp_path_factory.mktemp("fuzzed"))
    corpus = project.corpus_of("lines")
    (corpus / "seeds" / "kills").write_bytes(KILLS)
    (corpus / "regressions" / "old.line").write_text("line: old")
    (corpus / "regressions" / "old.finding.toml").write_text(SIDECAR)
    run = groundstop("fuzz", "lines", "--seconds", "300", "--stop", "-q", cwd=project.root)
    assert run.status == 1, run.output
    triage(SAID, target, Variant(sanitizer=Sanitizer.ADDRESS), project)
    return project.root


@pytest.fixture
def project(tmp_path: Path, fuzzed: Path) -> Project:
    """A copy that a test may damage."""
    made, _ = lines_project(tmp_path)
    for part in ("corpus", ".groundstop/findings", ".groundstop/campaigns"):
        shutil.copytree(fuzzed / part, made.root / part, dirs_exist_ok=True)
    return made


def document(project: Project, name: str) -> dict[str, Any]:
    """What `--json` prints, without a process."""
    evidence = gather_evidence(load_target(project, name), project)
    found = json.loads(json.dumps(evidence.document()))
    assert isinstance(found, dict)
    return found


def page(project: Project, name: str, status: int = 0) -> str:
    run = groundstop("report", name, cwd=project.root)
    assert (run.status, run.stdout) == (status, f".groundstop/reports/{name}.html\n"), run.output
    return (project.state / "reports" / f"{name}.html").read_text(encoding="utf-8")


def found_record(project: Project) -> dict[str, Any]:
    record = json.loads((project.state / "campaigns" / "lines-address.json").read_text())
    assert isinstance(record, dict)
    return record


def stored_of(project: Project, word: str) -> Stored:
    (stored,) = (s for s in FindingStore(project, "lines") if word in s.finding.headline)
    return stored


def test_what_was_found_is_on_the_page_and_harmless(project: Project) -> None:
    text = page(project, "lines")
    assert "<script" not in text
    assert "<b>It broke" not in text
    # In the content of one, in the message and the content of the other, in a sidecar.
    assert "1&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert text.count("_Z&lt;script&gt;alert(2)&lt;/script&gt;") > 2
    assert "&lt;b&gt;It broke.&lt;/b&gt;" in text
    for stored in FindingStore(project, "lines"):
        assert f'id="finding-{stored.finding.id}"' in text
        assert f"groundstop repro .groundstop/findings/lines/{stored.finding.id}/input" in text
    assert "first_bug" in text
    assert "ERROR: AddressSanitizer" in text


def test_programs_read_the_same(project: Project) -> None:
    run = groundstop("report", "--json", cwd=project.root)
    assert run.status == 0, run.output
    found = json.loads(run.stdout)
    assert set(found) == {
        "project",
        "made",
        "versions",
        "target",
        "campaigns",
        "corpus",
        "findings",
        "regressions",
        "untriaged",
        "absent",
        "damaged",
    }
    assert found["target"]["name"] == "lines"
    assert found["target"]["entry"] == "hostile_entry"
    assert found["target"]["toolchain"] == "Lines"
    assert found["target"]["oracles"] == ["no-z"]
    assert found["damaged"] == []
    assert {row["name"]: row["count"] for row in found["corpus"]}["seeds"] == 1
    (regression,) = found["regressions"]
    assert (regression["what"], regression["fixed"]) == ("<b>It broke.</b>", "")
    rows = {row["id"]: row for row in found["findings"]}
    death, said = stored_of(project, "first_bug"), stored_of(project, "no-z")
    assert set(rows) == {death.finding.id, said.finding.id}
    row = rows[death.finding.id]
    assert base64.b64decode(row["base64"]) == death.input.read_bytes() == KILLS
    assert row["frames"][0][0] == "first_bug"
    assert row["reproduced"]
    again = groundstop(*row["command"].split()[1:], cwd=project.root)
    assert again.status == 1, again.output


def test_a_campaign_leaves_its_summary(project: Project) -> None:
    found = document(project, "lines")
    (campaign,) = found["campaigns"]
    record = CampaignRecord.from_document(campaign)
    assert record == CampaignRecord.from_document(
        json.loads((project.state / "campaigns" / "lines-address.json").read_text())
    )
    assert (record.target, record.fuzzed, record.sanitizer) == ("lines", "lines", "address")
    assert (record.asked, record.workers, record.share) == (300.0, 1, 0.1)
    assert record.findings == (stored_of(project, "first_bug").finding.id,)
    assert record.failures == 1
    assert record.oracles == ("no-z",)
    assert record.log == ".groundstop/logs/lines-address.log"
    assert not record.interrupted
    assert not any("no record" in line for line in found["absent"])


def test_what_is_damaged_is_named_and_the_rest_is_told(project: Project) -> None:
    death, said = stored_of(project, "first_bug"), stored_of(project, "no-z")
    damaged = death.folder.with_name("0" * 16)
    damaged.mkdir()
    (damaged / "finding.json").write_text("{")
    # Written by somebody else: its kind is no text.
    odd = shutil.copytree(death.folder, death.folder.with_name("1" * 16))
    table = json.loads((odd / "finding.json").read_text())
    (odd / "finding.json").write_text(json.dumps({**table, "kind": 5}))
    death.report.unlink()
    # A copy of one that is told, and what a save that was killed left over.
    shutil.copytree(said.folder, said.folder.with_name("2" * 16))
    shutil.copytree(said.folder, said.folder.with_name(f".old-{said.finding.id}"))
    other = {**found_record(project), "target": "other"}
    (project.state / "campaigns" / "lines-a.b.json").write_text(json.dumps(other))
    (project.state / "campaigns" / "lines-address.json").write_text("[]")
    regressions = project.corpus_of("lines") / "regressions"
    (regressions / "broken.line").write_text("line: 1")
    (regressions / "broken.finding.toml").write_text("<i>")
    (regressions / "long.finding.toml").write_text(SIDECAR.replace("old", "o" * 5000))
    (regressions / "orphan.line").write_text("line: 2")
    found = document(project, "lines")
    named = [row["path"] for row in found["damaged"]]
    store = ".groundstop/findings/lines"
    assert named == [
        ".groundstop/campaigns/lines-a.b.json",
        ".groundstop/campaigns/lines-address.json",
        f"{store}/{'0' * 16}",
        f"{store}/{'1' * 16}",
        f"{store}/{'2' * 16}",
        f"{store}/{death.finding.id}",
        "corpus/lines/regressions/broken.finding.toml",
        "corpus/lines/regressions/long.finding.toml",
        "corpus/lines/regressions/orphan.line",
    ]
    assert not any(str(project.root) in row["why"] for row in found["damaged"])
    assert [row["id"] for row in found["findings"]] == [said.finding.id]
    assert [row["name"] for row in found["regressions"]] == ["old"]
    text = page(project, "lines", status=2)
    assert all(f"<code>{path}</code>" in text for path in named)
    assert "Traceback" not in text


@pytest.mark.parametrize("name", ["input", "report.txt", "finding.json"])
@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_nothing_else_is_carried_into_the_page(project: Project, name: str, kind: str) -> None:
    folder = stored_of(project, "no-z").folder
    path = folder / name
    if kind == "fifo":
        path.unlink()
        os.mkfifo(path)
    else:
        path.symlink_to(path.rename(project.root / "private"))
    found = document(project, "lines")
    assert [row["path"] for row in found["damaged"]] == [str(folder.relative_to(project.root))]
    assert len(found["findings"]) == 1


def test_what_cannot_be_listed_is_named_and_stops_nothing(project: Project) -> None:
    places = [
        ".groundstop/campaigns",
        ".groundstop/findings/lines",
        "corpus/lines/regressions",
        "corpus/lines/seeds",
    ]
    for place in places:
        shutil.rmtree(project.root / place)
        (project.root / place).write_text("no folder")
    found = document(project, "lines")
    assert sorted(row["path"] for row in found["damaged"]) == places
    assert all("Not a directory" in row["why"] for row in found["damaged"])


def test_a_report_is_the_same_wherever_it_is_made(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = stored_of(project, "first_bug").folder / "finding.json"
    # As if the core were in the project.
    table = kept.read_text()
    (source,) = {frame["file"] for frame in json.loads(table)["frames"] if frame["file"]}
    kept.write_text(table.replace(source, str(project.corpus_of("lines") / "hostile.c")))
    (project.state / "campaigns" / "lines-address.json").unlink()
    (project.state / "logs").mkdir()
    (project.state / "logs" / "lines-address.log").write_text("")
    monkeypatch.chdir(project.root)
    expected = document(project, "lines")
    (finding,) = (row for row in expected["findings"] if "first_bug" in row["headline"])
    assert "at corpus/lines/hostile.c:" in finding["headline"]
    for folder in (project.corpus_of("lines"), kept.parent):
        monkeypatch.chdir(folder)
        assert {**document(project, "lines"), "made": expected["made"]} == expected


def test_a_content_toolchain_that_fails_keeps_nothing_from_the_page(project: Project) -> None:
    (module,) = project.root.glob("target_*.py")
    module.write_text(module.read_text().replace('return f"a line', 'raise KeyError("<x>"); f"'))
    text = page(project, "lines")
    assert "the content toolchain fails: KeyError: &#39;&lt;x&gt;&#39;" in text
    assert "ERROR: AddressSanitizer" in text


def test_a_target_with_a_format_alone_and_no_findings(tmp_path: Path) -> None:
    project = boxes_project(tmp_path)
    found = document(project, "boxes")
    assert (found["target"]["format"], found["target"]["toolchain"]) == ("Boxes", "")
    for word in ("no content toolchain", "no oracles", "no releases"):
        assert any(line.startswith(word) for line in found["target"]["missing"])
    assert any(line.startswith("no record of a campaign on boxes") for line in found["absent"])
    assert (found["findings"], found["campaigns"], found["damaged"]) == ([], [], [])
    # What was not there is not made either.
    assert sorted(p.name for p in project.state.iterdir()) == ["build"]
    evidence = gather_evidence(load_target(project, "boxes"), project)
    assert "No findings are kept." in render_page(evidence)


def test_a_library_that_is_gone_has_a_report_all_the_same(tmp_path: Path) -> None:
    project = find_project(library_project(tmp_path, VM))
    shared_object(tmp_path / "libvm.so")
    target = document(project, "vm")["target"]
    assert (target["code"], target["sanitizers"]) == (["libvm.so"], ["plain"])
    (tmp_path / "libvm.so").unlink()
    target = document(project, "vm")["target"]
    assert target["sanitizers"] == []
    assert any("libvm.so: cannot be read" in line for line in target["missing"])


@pytest.mark.parametrize("name", ["channel", "yara"])
def test_targets_that_come_with_it_have_one(name: str) -> None:
    target = document(find_project(ROOT), name)["target"]
    assert target["name"] == name
    assert target["format"]
    assert target["toolchain"]
    assert target["oracles"]


def test_the_page_goes_where_it_is_asked_for(project: Project) -> None:
    run = groundstop("report", "-o", "new/folder/page.html", cwd=project.root)
    assert (run.status, run.stdout) == (0, "new/folder/page.html\n"), run.output
    assert (project.root / "new/folder/page.html").read_text().startswith("<!DOCTYPE html>")
    assert not (project.state / "reports").exists()


@pytest.mark.parametrize(
    "output, message",
    [
        ("corpus", "corpus: cannot be written"),
        ("pyproject.toml/page.html", "pyproject.toml: must be a folder"),
        ("/proc/none/page.html", "/proc/none: cannot be made"),
        ("/dev/null", "/dev/null: cannot be written"),
    ],
)
def test_what_cannot_be_written_is_an_input_error(
    project: Project, monkeypatch: pytest.MonkeyPatch, output: str, message: str
) -> None:
    monkeypatch.chdir(project.root)
    with pytest.raises(InputError, match=message):
        command.main(["lines", "-o", output], standalone_mode=False)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("lines", "-o", "corpus"), "corpus: cannot be written"),
        (("lines", "--json", "-o", "x"), "leave --output out"),
    ],
)
def test_what_cannot_be_done_is_one_message(
    project: Project, arguments: tuple[str, ...], message: str
) -> None:
    run = groundstop("report", *arguments, cwd=project.root)
    assert run.status == 2, run.output
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def test_a_record_that_cannot_be_written_changes_no_result(project: Project) -> None:
    shutil.rmtree(project.state / "campaigns")
    (project.state / "campaigns").write_text("a file")
    run = groundstop("fuzz", "lines", "--seconds", "300", "--stop", "-q", cwd=project.root)
    assert run.status == 1, run.output
    assert "this campaign will be in no report" in run.stderr
