# SPDX-License-Identifier: Apache-2.0
"""The page escapes whatever it is made of, and stands alone; what it is made of is read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from groundstop.campaign import CampaignRecord, keep_record, read_record, record_paths
from groundstop.campaign._stats import OperatorStats
from groundstop.config import Project
from groundstop.corpus import FolderStats, _stats, folder_stats
from groundstop.errors import InputError
from groundstop.report import (
    Damage,
    Evidence,
    FindingFacts,
    RegressionFacts,
    TargetFacts,
    Versions,
    render_page,
)
from groundstop.report._coverage import _framework_headers
from groundstop.report._versions import versions_of

# Markup, a quote of each kind, a template's own marks, text turned round, and no character.
HOSTILE = "</style><script>alert(1)</script>\"'><img src=x onerror=y>{{ 7*7 }}\u202e\x00\udcff"
VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser would make of it: elements, attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


RECORD = CampaignRecord(
    target="toy",
    fuzzed="toy",
    release="",
    sanitizer="address",
    ended="2026-01-02T03:04:05+00:00",
    workers=2,
    asked=60.0,
    seconds=61.5,
    inputs=1_234_567,
    inputs_per_second=20_123.4,
    silent=0,
    shares={"rejected": 0.25, "loaded": 0.25, "evaluated": 0.5},
    share=0.1,
    python_share=0.08,
    python_calls=9,
    edges=321,
    features=654,
    corpus=12,
    new_units=3,
    restarts=1,
    interrupted=True,
    log=".groundstop/logs/toy.log",
    oracles=("model",),
    missing=("no format",),
    notes=("the core closes descriptors",),
    lost=(),
    operators=(OperatorStats("splice", 10, 4), OperatorStats("zero", 10, 0)),
    failures=2,
    findings=("0123456789abcdef",),
)
EVIDENCE = Evidence(
    project="project",
    made="2026-01-02T03:04:05+00:00",
    versions=Versions("0.1.0", "clang version 14", "abc", modified=True),
    target=TargetFacts(
        name="toy",
        entry="toy_entry",
        code=("toy.c",),
        releases=("1.0",),
        histories=("old",),
        sanitizers=("address",),
        format="Toy",
        toolchain="Toys",
        covering=True,
        suffixes=(".toy",),
        oracles=("model",),
        missing=("no events",),
    ),
    campaigns=(RECORD,),
    corpus=(FolderStats("seeds", 3, 4567, 4000),),
    findings=(
        FindingFacts(
            id="0123456789abcdef",
            headline="SEGV in f at toy.c:1",
            kind="SEGV",
            detail="READ",
            release="1.0",
            sanitizer="address",
            reproduced=True,
            found="2026-01-02T03:04:05+00:00",
            frames=(("f", "toy.c:1"),),
            file="input",
            bytes=3,
            sha256="00",
            base64="YWJj",
            content="abc",
            report="ERROR",
            command="groundstop repro input",
        ),
    ),
    regressions=(RegressionFacts("a", "a.bin", 1, "It broke.", "memory", "1.0", "2026-01-01", ""),),
    absent=("no git",),
    damaged=(Damage("b", "unreadable"),),
)


def poisoned(value: Any) -> Any:  # noqa: ANN401  (any part of the evidence)
    """The same with something hostile in place of every text, however deep."""
    if isinstance(value, str):
        return HOSTILE
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: poisoned(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(poisoned(each) for each in value)
    if isinstance(value, dict):
        return {poisoned(key): each for key, each in value.items()}
    return value


def test_hostile_text_is_text_wherever_it_stands() -> None:
    text = render_page(poisoned(EVIDENCE))
    page, usual = Page(text), Page(render_page(EVIDENCE))
    assert page.open == []
    assert page.tags == usual.tags
    assert [name for name, _ in page.attributes] == [name for name, _ in usual.attributes]
    # What is shortened for people (times) or a plain number is shown otherwise.
    assert page.text.count("</script>\"'><img src=x onerror=y>{{ 7*7 }}\\u202e\\x00\\udcff") > 35
    assert not {"\u202e", "\x00", "\udcff"} & set(text)
    text.encode()


def test_every_text_is_on_the_page() -> None:
    """Else the test before this one proves less than it says."""
    page = Page(render_page(EVIDENCE)).text
    for each in ("SEGV in f at toy.c:1", "READ", "1.0", "YWJj", "ERROR", "groundstop repro input"):
        assert each in page
    for each in ("It broke.", "a.bin", "no git", "unreadable", "toy_entry", "Toys", ".toy", "old"):
        assert each in page
    for each in ("1,234,567", "20,123 a second", "321 edges, 654 features", "splice 4", "8.0%"):
        assert each in page
    for each in ("25.0% rejected, 25.0% loaded, 50.0% evaluated", "by a signal", "no events"):
        assert each in page
    for each in ("the core closes descriptors", "2026-01-02 03:04 UTC", "changes that are not"):
        assert each in page
    assert "zero 0" not in page


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = Page(render_page(EVIDENCE))
    attributes = dict(page.attributes)
    assert attributes["lang"] == "en"
    assert not {"script", "link", "img", "iframe", "base", "form"} & set(page.tags)
    assert not {"src", "onload", "onclick", "style"} & set(attributes)
    ids = [value for name, value in page.attributes if name == "id"]
    links = [value for name, value in page.attributes if name == "href"]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert len(ids) == len(set(ids))
    text = render_page(EVIDENCE)
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_a_page_of_nothing_says_so() -> None:
    target = replace(EVIDENCE.target, releases=(), histories=(), format="", toolchain="")
    bare = Evidence("project", EVIDENCE.made, Versions("0.1.0"), target)
    page = Page(render_page(bare)).text
    for words in (
        "No findings are kept.",
        "No campaign has left a record.",
        "The corpus has no regressions.",
        "no compiler, no commit",
    ):
        assert words in page
    assert "Damaged" not in page


def test_a_silent_core_reached_nothing_that_is_known() -> None:
    silent = replace(RECORD, silent=RECORD.inputs)
    page = Page(render_page(replace(EVIDENCE, campaigns=(silent,)))).text
    assert "the core does not say" in page
    assert "50.0% evaluated" not in page
    some = replace(RECORD, silent=RECORD.inputs // 4)
    page = Page(render_page(replace(EVIDENCE, campaigns=(some,)))).text
    assert "25.0% not told by the core" in page


def test_one_thing_is_no_plural() -> None:
    counts: dict[str, Any] = {
        name: 1 for name, value in RECORD.document().items() if type(value) is int
    }
    one = replace(RECORD, **counts, operators=(OperatorStats("splice", 1, 1),))
    corpus = (FolderStats("seeds", 1, 1, 1),)
    page = Page(render_page(replace(EVIDENCE, campaigns=(one,), corpus=corpus))).text
    for words in ("1 edge, 1 feature", "1 unit held, 1 new one kept", "1 input", "1 worker, 1 re"):
        assert words in page
    assert "splice 1 new feature\n" in page
    assert not re.search(r"\b1 (\w+ )?\w+s\b(?<! 1 s)", page), page


def test_the_last_record_is_kept_and_read_again(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "corpus")
    assert record_paths(project, "toy") == []
    keep_record(project, replace(RECORD, inputs=1), "toy-address")
    path = keep_record(project, RECORD, "toy-address")
    other = keep_record(
        project, replace(RECORD, fuzzed="test_a.py::test_b"), "toy-a.test_b-address"
    )
    keep_record(project, RECORD, "toys-address")
    assert record_paths(project, "toy") == [other, path]
    assert read_record(path) == RECORD
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "toy-a.test_b-address.json",
        "toy-address.json",
        "toys-address.json",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "[" * 100_000,
        json.dumps({**RECORD.document(), "inputs": "many"}),
        json.dumps({**RECORD.document(), "inputs": True}),
        json.dumps({**RECORD.document(), "oracles": "model"}),
        json.dumps({**RECORD.document(), "shares": {"evaluated": None}}),
        json.dumps({**RECORD.document(), "operators": [{"name": "splice"}]}),
        json.dumps({**RECORD.document(), "inputs": 0, "silent": -1}),
        json.dumps({**RECORD.document(), "inputs": 10**4000}),
        json.dumps({**RECORD.document(), "python_share": 10**400}),
        json.dumps({**RECORD.document(), "asked": float("nan")}),
        json.dumps({**RECORD.document(), "shares": {"evaluated": float("inf")}}),
    ],
)
def test_what_is_no_record_is_an_input_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "toy.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"toy.json: no record of a campaign"):
        read_record(path)


def test_versions_are_those_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    # A repository without a commit: wherever the folder is, none around it is asked.
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert versions_of(tmp_path).commit == ""
    (tmp_path / "a").write_text("1")
    settings = (
        "user.name=a",
        "user.email=a@example.org",
        "commit.gpgsign=false",
        "core.hooksPath=/dev/null",
    )
    given = [word for setting in settings for word in ("-c", setting)]
    for words in (["add", "a"], [*given, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    # As in a hook of another repository.
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    found = versions_of(tmp_path)
    assert len(found.commit) == 40
    assert not found.modified
    (tmp_path / "a").write_text("2")
    assert versions_of(tmp_path).modified
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    bare = versions_of(tmp_path)
    assert (bare.compiler, bare.commit) == ("", "")


@pytest.mark.parametrize(
    "path",
    ["/core/include/core.h", "/core/src/groundstop.h", "/core/include/groundstop.h/core.c"],
)
def test_coverage_leaves_out_the_headers_of_any_installation(path: str) -> None:
    assert re.search(_framework_headers(), "/elsewhere/_native/include/groundstop.h")
    assert not re.search(_framework_headers(), path)


def test_a_unit_that_is_taken_away_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"abc")
    monkeypatch.setattr(_stats, "content_files", lambda folder: [folder.parent / "gone", kept])
    seeds = folder_stats(Project(tmp_path, tmp_path / "corpus"), "toy")[0]
    assert seeds == FolderStats("seeds", 1, 3, 3)


def test_a_folder_that_cannot_be_searched_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The user of the tests may be one whom no permission stops.
    error = PermissionError("not permitted")

    def content_files(folder: Path) -> list[Path]:
        if folder.name == "evolved":
            raise error
        return []

    monkeypatch.setattr(_stats, "content_files", content_files)
    told: list[OSError] = []
    project = Project(tmp_path, tmp_path / "corpus")
    assert len(folder_stats(project, "toy", told.append)) == 4
    assert told == [error]
    with pytest.raises(PermissionError):
        folder_stats(project, "toy")
