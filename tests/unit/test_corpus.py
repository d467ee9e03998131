# SPDX-License-Identifier: Apache-2.0
"""The corpus: what its files are once the core gets them, and what a regression must say."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os
from pathlib import Path

import pytest

from groundstop import corpus
from groundstop.config import Project, find_project
from groundstop.errors import InputError, SourceError, TargetError
from groundstop.model import Release
from groundstop.target import Target, load_target
from support.hostile_project import lines_project

SIDECAR = """\
input = "crash.line"
what = \"\"\"
It broke.\"\"\"
oracle = "memory"
release = "7.11@2024-07"
found = 2024-07-19
fixed = "checked"
"""


@pytest.fixture
def lines(tmp_path: Path) -> tuple[Project, Target]:
    return lines_project(tmp_path)


def write(project: Project, name: str, text: str | bytes) -> Path:
    path = project.corpus_of("lines") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_seeds_are_what_the_core_gets(lines: tuple[Project, Target]) -> None:
    project, target = lines
    write(project, "seeds/hello.line", "line: hello\n")
    write(project, "seeds/deep/raw.bin", b"\0\1")
    write(project, "seeds/README.md", "not a seed")
    write(project, "seeds/.hidden", "not a seed")
    assert corpus.seeds(target, project) == {"hello.line": b"hello", "deep/raw.bin": b"\0\1"}


def plant(folder: Path, kind: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    odd = folder / "odd"
    match kind:
        case "pipe":
            os.mkfifo(odd)
        case "dangling link":
            odd.symlink_to("gone")
        case "loop":
            odd.symlink_to("odd")
        case "link to a folder":
            (folder.parent / "elsewhere").mkdir(exist_ok=True)
            odd.symlink_to("../elsewhere")
    return odd


@pytest.mark.parametrize("kind", ["pipe", "dangling link", "loop", "link to a folder"])
def test_what_is_no_file_does_not_pass_in_silence(lines: tuple[Project, Target], kind: str) -> None:
    project, target = lines
    write(project, "seeds/hello.line", "line: hello\n")
    odd = plant(project.corpus_of("lines") / "seeds", kind)
    with pytest.raises(InputError, match=f"{odd}: cannot be read: "):
        corpus.compiled_seeds(target, project)
    with pytest.raises(OSError, match=f"'{odd}'"):
        corpus.folder_stats(project, "lines")
    odd.unlink()
    assert corpus.seeds(target, project) == {"hello.line": b"hello"}
    odd = plant(project.corpus_of("lines") / "regressions", kind)
    with pytest.raises((InputError, SourceError), match=f"{odd}"):
        corpus.regressions(target, project)


def test_a_seed_that_does_not_compile_says_where(lines: tuple[Project, Target]) -> None:
    project, target = lines
    path = write(project, "seeds/bad.line", "nonsense")
    with pytest.raises(SourceError, match=f"{path}:1: must begin"):
        corpus.seeds(target, project)


def test_a_regression_is_its_input_and_what_is_known_of_it(lines: tuple[Project, Target]) -> None:
    project, target = lines
    path = write(project, "regressions/crash.line", "line: 1")
    sidecar = write(project, "regressions/crash.finding.toml", SIDECAR)
    assert corpus.list_regressions("lines", project) == [
        corpus.Regression(
            name="crash",
            path=path,
            sidecar=sidecar,
            what="It broke.",
            oracle="memory",
            release=Release("7.11", "2024-07"),
            found=dt.date(2024, 7, 19),
            fixed="checked",
        )
    ]
    assert corpus.regressions(target, project) == {"crash": b"1"}


@pytest.mark.parametrize(
    "before, after, message",
    [
        ('oracle = "memory"', "", r"crash\.finding\.toml:1: oracle: is missing"),
        ('oracle = "memory"', 'oracle = ""', r"toml:4: oracle: says nothing"),
        ('oracle = "memory"', "oracle = 7", r"toml:4: oracle: must be a text"),
        ('"7.11@2024-07"', '"7 11"', r"toml:5: release: '7 11' is not a release"),
        ("2024-07-19", '"July"', r"toml:6: found: must be a date such as"),
        ("2024-07-19", "2024-07-19T04:09:00Z", r"toml:6: found: must be a date"),
        ("fixed =", "fiksed =", r"toml:7: fiksed: is unknown \(known: input, what"),
        ("crash.line", "gone.line", r"toml:1: input: gone\.line is not beside it"),
        ("input =", "input", "is not TOML"),
        ('"memory"', "[" * 100_000, "is not TOML: nested too deep"),
    ],
)
def test_a_sidecar_with_a_mistake_is_refused_with_line_and_field(
    lines: tuple[Project, Target], before: str, after: str, message: str
) -> None:
    project, _ = lines
    write(project, "regressions/crash.line", "line: 1")
    assert before in SIDECAR
    write(project, "regressions/crash.finding.toml", SIDECAR.replace(before, after))
    with pytest.raises(SourceError, match=message):
        corpus.list_regressions("lines", project)


def test_an_input_without_a_sidecar_is_refused(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    write(project, "regressions/crash.line", "line: 1")
    with pytest.raises(SourceError, match=r"no sidecar names this input: write crash\.finding"):
        corpus.list_regressions("lines", project)


def test_only_a_readme_is_no_content(lines: tuple[Project, Target]) -> None:
    project, target = lines
    for folder in ("seeds", "regressions"):
        write(project, f"{folder}/README.md", "explains")
        write(project, f"{folder}/deep/README.md", "explains")
    write(project, "seeds/README-like.line", "line: a seed")
    assert corpus.seeds(target, project) == {"README-like.line": b"a seed"}
    assert corpus.list_regressions("lines", project) == []


def test_a_broken_sidecar_is_the_concern_of_its_own_input_only(
    lines: tuple[Project, Target],
) -> None:
    project, _ = lines
    good = write(project, "regressions/crash.line", "line: 1")
    write(project, "regressions/crash.finding.toml", SIDECAR)
    bad = write(project, "regressions/bad.line", "line: 2")
    write(project, "regressions/bad.finding.toml", "broken")
    found = corpus.find_regression("lines", project, good)
    assert found is not None
    assert found.name == "crash"
    assert corpus.find_regression("lines", project, project.root / "elsewhere") is None
    with pytest.raises(SourceError, match="is not TOML"):
        corpus.find_regression("lines", project, bad)


def test_a_corpus_without_seeds_is_not_taken_for_one(lines: tuple[Project, Target]) -> None:
    project, target = lines
    folder = project.corpus_of("lines")
    write(project, "seeds/README.md", "explains")
    with pytest.raises(TargetError, match=r"'lines': .*/seeds has no seed: put"):
        corpus.require_corpus(target, project)
    write(project, "seeds/a.line", "line: a")
    (folder / "regressions").rmdir()
    corpus.require_corpus(target, project)
    (folder / "seeds").rename(folder / "sedes")
    with pytest.raises(TargetError, match=r"no folder .*/lines/seeds: make it"):
        corpus.require_corpus(target, project)
    folder.rename(folder.with_name("lynes"))
    with pytest.raises(TargetError, match=r"its corpus .*/lines is not there"):
        corpus.require_corpus(target, project)


def test_evolved_that_is_no_folder_is_an_input_error(lines: tuple[Project, Target]) -> None:
    project, target = lines
    write(project, "evolved", "a file")
    with pytest.raises(InputError, match="evolved: must be a folder"):
        corpus.add(target, project, b"x")
    with pytest.raises(InputError, match="evolved: must be a folder"):
        list(corpus.evolved(target, project))


def test_entries_are_the_whole_corpus(lines: tuple[Project, Target]) -> None:
    project, target = lines
    write(project, "seeds/hello.line", "line: hello")
    write(project, "regressions/crash.line", "line: 1")
    write(project, "regressions/crash.finding.toml", SIDECAR)
    kept = corpus.add(target, project, b"evolved")
    write(project, "evolved/.new-123", b"half of it")
    found = [(e.kind, e.name, e.data, e.release) for e in corpus.entries(target, project)]
    assert found == [
        ("seed", "seeds/hello.line", b"hello", None),
        ("regression", "regressions/crash.line", b"1", Release("7.11", "2024-07")),
        ("evolved", f"evolved/{kept.name}", b"evolved", None),
    ]


def test_adding_twice_keeps_one_file_named_by_its_content(lines: tuple[Project, Target]) -> None:
    project, target = lines
    paths = {corpus.add(target, project, b"same") for _ in range(2)}
    name = hashlib.sha1(b"same", usedforsecurity=False).hexdigest()
    assert paths == {project.corpus_of("lines") / "evolved" / name}
    assert [path.read_bytes() for path in corpus.evolved(target, project)] == [b"same"]


def test_compiled_seeds_follow_their_sources(lines: tuple[Project, Target]) -> None:
    project, target = lines
    write(project, "seeds/a.line", "line: a")
    old = write(project, "seeds/b.line", "line: b")
    folder = corpus.compiled_seeds(target, project)
    before = {path.read_bytes(): path.stat().st_ino for path in folder.iterdir()}
    old.write_text("line: c")
    assert corpus.compiled_seeds(target, project) == folder
    after = {path.read_bytes(): path.stat().st_ino for path in folder.iterdir()}
    assert after.keys() == {b"a", b"c"}
    assert after[b"a"] == before[b"a"], "what did not change is not written"


def compile_often(folder: Path) -> None:
    project = find_project(folder)
    target = load_target(project, "lines")
    for _ in range(30):
        corpus.compiled_seeds(target, project)


def test_two_processes_may_compile_seeds_at_once(lines: tuple[Project, Target]) -> None:
    project, target = lines
    for number in range(20):
        write(project, f"seeds/{number}.line", f"line: {number}")
    context = multiprocessing.get_context("fork")
    others = [context.Process(target=compile_often, args=(project.root,)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0]
    folder = corpus.compiled_seeds(target, project)
    assert sorted(p.read_bytes() for p in folder.iterdir()) == sorted(
        b"%d" % number for number in range(20)
    )
