# SPDX-License-Identifier: Apache-2.0
"""Somebody else's interpreter: libyara as a target, fetched when it is wanted."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.model import Death, Outcome, Release, Sanitizer, Stage, Variant
from groundstop.replay import open_worker
from groundstop.report import covering_toolchain
from groundstop.target import OutcomeCheck, load_target
from groundstop.targets.yara.content import make_testcase, split_testcase
from groundstop.targets.yara.source import read_source
from support.command import ROOT, groundstop
from support.toy import make_toy

SEEDS = ROOT / "corpus" / "yara" / "seeds"
EXAMPLES = ROOT / ".groundstop" / "examples" / "yara"
ADDRESS = Variant(Release(""), Sanitizer.ADDRESS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the yara target and one of its own; nothing was fetched."""
    folder = make_toy(tmp_path / "project")
    with (folder / "pyproject.toml").open("a") as file:
        file.write('yara = "groundstop.targets.yara:target"\n')
    return folder


def offline(folder: Path) -> dict[str, str]:
    """Where pip looks instead of PyPI."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": "/dev/null"}


def test_without_its_sources_everything_else_works(project: Path) -> None:
    listed = groundstop("list", "--json", cwd=project)
    assert {"toy", "yara"} <= {row["target"] for row in json.loads(listed.stdout)}
    built = groundstop("build", "toy", "--sanitizer", "plain", cwd=project)
    assert built.status == 0, built.output
    for arguments in (
        ["build", "yara"],
        ["fuzz", "yara"],
        ["compile", SEEDS / "text.yar", "-o/x", "--target=yara"],
    ):
        run = groundstop(*arguments, cwd=project)
        assert run.status == 2, run.output
        assert "groundstop fetch-example yara" in run.stderr
        assert len(run.stderr.splitlines()) == 1


def test_what_cannot_be_downloaded_is_said(project: Path, tmp_path: Path) -> None:
    run = groundstop("fetch-example", "yara", cwd=project, **offline(tmp_path))
    assert run.status == 2
    assert "pip cannot download yara-python==4.5.4" in run.stderr
    assert list((project / ".groundstop" / "examples" / "yara").iterdir()) == []
    assert groundstop("fetch-example", "nothing", cwd=project).status == 2


def test_another_archive_is_refused_before_anything_in_it_runs(
    project: Path, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    setup = f"open({str(ran)!r}, 'w').close()\n".encode()
    with tarfile.open(tmp_path / "yara_python-4.5.4.tar.gz", "w:gz") as tar:
        for name, text in {"setup.py": setup, "PKG-INFO": b"Name: yara-python\n"}.items():
            info = tarfile.TarInfo(f"yara_python-4.5.4/{name}")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    run = groundstop("fetch-example", "yara", cwd=project, **offline(tmp_path))
    assert run.status == 2
    assert "HASHES" in run.stderr
    assert not ran.exists()
    assert list((project / ".groundstop" / "examples" / "yara").iterdir()) == []


@pytest.mark.slow
def test_libyara_is_fetched_once_and_loads_what_it_compiled() -> None:
    run = groundstop("fetch-example", "yara")
    assert run.status == 0, run.output
    again = groundstop("fetch-example", "yara")
    assert again.status == 0
    assert "is already there" in again.stdout
    target = load_target(find_project(ROOT), "yara")
    content = covering_toolchain(target)
    with open_worker(target, ADDRESS, find_project(ROOT)) as worker:
        for path in sorted(SEEDS.glob("*.yar")):
            testcase = content.testcase(path)
            assert testcase == content.testcase(path), path
            assert content.check_definition(path) == [], path
            outcome = worker.run(testcase)
            assert isinstance(outcome, Outcome), (path, outcome)
            assert outcome.stage is Stage.EVALUATED, path
            assert read_source(path).expect is not None, path
            check = OutcomeCheck(Release(""), EXAMPLES, outcome, lambda _: None)
            assert content.check_outcome(path, check) == []
            reported = {number for number, _ in outcome.elements}
            assert {element.number for element in content.elements(path)} == reported


@pytest.mark.slow
def test_rules_scan_the_same_saved_and_loaded() -> None:
    assert groundstop("fetch-example", "yara").status == 0
    project = find_project(ROOT)
    target = load_target(project, "yara")
    with open_worker(target, ADDRESS, project) as worker:
        for path in sorted(SEEDS.glob("*.yar")):
            source = read_source(path)
            text = make_testcase(source.text.encode(), source.data)
            outcome = worker.run(text, entry="yara_check_text")
            assert isinstance(outcome, Outcome), (path, outcome)
            assert (outcome.stage, outcome.finding) == (Stage.EVALUATED, ""), path
            loaded = worker.run(target.content.testcase(path))
            assert isinstance(loaded, Outcome)
            assert loaded.elements == outcome.elements, path
        refused = worker.run(make_testcase(b"rule a {", b""), entry="yara_check_text")
        assert isinstance(refused, Outcome)
        assert refused.returned == -1


GATED = {
    # name: text, decision, rule or word
    "nul.yar": ("rule a { condition: true }\n// \0\nrule b { condition: true }\n", "hold", ":2"),
    "zeros.yara": ("\0" * 64, "hold", ":1"),
    "empty.yar": ("", "hold", "detects-nothing"),
    "comments.YARA": ("// nothing\n", "hold", "detects-nothing"),
    "private.yar": ("private rule a { condition: true }\n", "hold", "detects-nothing"),
    "include.yar": ('include "nul.yar"\nrule a { condition: true }\n', "hold", ":1"),
    "undeclared.yar": ("rule a {\ncondition: ring > 1 }\n", "hold", ":2"),
    "badly-declared.yar": ("// external: ring = [\nrule a { condition: ring > 1 }", "hold", ":1"),
    "twice.yar": (
        "// external: ring = 1\n// external: ring = 2\nrule a { condition: ring > 1 }",
        "hold",
        ":2",
    ),
    "other-type.yar": ('// external: ring = "x"\nrule a { condition: ring > 1 }', "hold", ":2"),
    "long.yar": (f"// {'x' * (1 << 20)}\nrule a {{ condition: true }}\n", "hold", ""),
}
EXTERNALS = """\
// external: ring = 3
// external: path = "C:\\\\\u00e9 a.exe"
// external: load = 0.5
// external: signed = true
// scan: "MZ"
// expect: every
rule every { condition: ring == 3 and path endswith "a.exe" and load < 1.0 and signed }
rule other { condition: ring == 4 or not signed }
"""


@pytest.mark.slow
def test_text_that_would_not_be_compiled_or_detects_nothing_is_held(tmp_path: Path) -> None:
    assert groundstop("fetch-example", "yara").status == 0
    paths = []
    for name, (text, _, _) in GATED.items():
        (tmp_path / name).write_text(text)
        paths.append(tmp_path / name)
    run = groundstop("gate", "--target", "yara", "--json", *paths)
    assert run.status == 1, run.output
    answers = {Path(each["candidate"]).name: each for each in json.loads(run.stdout)}
    for name, (_, decision, word) in GATED.items():
        assert answers[name]["decision"] == decision, name
        assert word in json.dumps(answers[name]), name


@pytest.mark.slow
def test_external_variables_are_declared_with_a_value(tmp_path: Path) -> None:
    assert groundstop("fetch-example", "yara").status == 0
    path = tmp_path / "externals.yar"
    path.write_text(EXTERNALS, encoding="utf-8")
    target = load_target(find_project(ROOT), "yara")
    content = covering_toolchain(target)
    with open_worker(target, ADDRESS, find_project(ROOT)) as worker:
        outcome = worker.run(content.testcase(path))
    assert isinstance(outcome, Outcome)
    check = OutcomeCheck(Release(""), EXAMPLES, outcome, lambda _: None)
    assert content.check_outcome(path, check) == []


@pytest.mark.slow
def test_what_the_loader_does_not_survive_is_refused_by_the_entry_that_is_fuzzed() -> None:
    """The first reference that is made a pointer leads out of its buffer."""
    assert groundstop("fetch-example", "yara").status == 0
    project = find_project(ROOT)
    target = load_target(project, "yara")
    parts = split_testcase(target.content.testcase(SEEDS / "text.yar"))
    assert parts is not None
    rules = bytearray(parts[0])
    first_buffer = 6 + 12 * 12
    rules[first_buffer : first_buffer + 4] = (0x7000000).to_bytes(4, "little")
    damaged = make_testcase(bytes(rules), parts[1])
    with open_worker(target, ADDRESS, project, symbolize=True) as worker:
        outcome = worker.run(damaged)
        assert isinstance(outcome, Outcome)
        assert (outcome.returned, outcome.stage) == (-1, Stage.REJECTED)
        death = worker.run(damaged, entry="yara_fuzz_any")
        assert isinstance(death, Death)
        assert "yr_arena_get_ptr" in death.report


@pytest.mark.slow
def test_a_campaign_finds_what_reproduces(project: Path) -> None:
    assert groundstop("fetch-example", "yara").status == 0
    shutil.copytree(EXAMPLES, project / ".groundstop" / "examples" / "yara")
    # The same sources are not compiled a second time.
    (project / ".groundstop" / "build").symlink_to(ROOT / ".groundstop" / "build")
    shutil.copytree(SEEDS, project / "corpus" / "yara" / "seeds")
    run = groundstop("fuzz", "yara", "--seconds", "30", "--workers", "2", "--json", cwd=project)
    assert run.status == 1, run.output
    stored = sorted((project / ".groundstop" / "findings" / "yara").glob("*/input"))
    assert stored
    again = [groundstop("repro", path, cwd=project).status for path in stored[:3]]
    assert again == [1] * len(again)
