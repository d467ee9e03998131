# SPDX-License-Identifier: Apache-2.0
"""`corpus stats` and `corpus add`, as people type them; merge is in engine/test_merge.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstop import corpus
from groundstop.config import Project
from groundstop.errors import InputError, SourceError
from groundstop.files import write_atomically
from groundstop.findings import FindingStore, find_finding, input_named, minimize, triage
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import Target, load_target
from groundstop.words import counted
from support.command import Run, groundstop
from support.hostile_project import lines_project, make_project

WITH_FORMAT = """\
from groundstop.format import Record, constant, octets, u8
from groundstop.target import Core, Target


class File(Record, root=True):
    magic: bytes = constant(b"VM")
    kind: int = constant(1, u8)
    body: bytes = octets(2)


target = Target("vm", Core(sources=("gone.c",)), format=File)
"""
SIDECAR = 'input = "word"\nwhat = "It broke."\noracle = "memory"\n'


@pytest.fixture
def lines(tmp_path: Path) -> tuple[Project, Target]:
    return lines_project(tmp_path)


def put(project: Project, name: str, text: str | bytes) -> Path:
    path = project.root / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def add(project: Project, *arguments: str | Path) -> Run:
    return groundstop("corpus", "add", *arguments, cwd=project.root)


def kept(project: Project, part: str) -> list[str]:
    folder = project.corpus_of("lines") / part
    return sorted(path.name for path in folder.glob("*"))


def test_stats_tell_what_each_folder_has(lines: tuple[Project, Target]) -> None:
    project, target = lines
    put(project, "corpus/lines/seeds/a.line", "line: a")
    put(project, "corpus/lines/seeds/README.md", "not an input")
    put(project, "corpus/lines/regressions/b.line", "line: 12345")
    put(project, "corpus/lines/regressions/b.finding.toml", "no input either")
    for unit in (b"1", b"22", b"333"):
        corpus.add(target, project, unit)
    run = groundstop("corpus", "stats", "--json", cwd=project.root)
    assert run.status == 0, run.output
    found = json.loads(run.stdout)
    assert (found["target"], found["folder"]) == ("lines", "corpus/lines")
    rows = {row["name"]: (row["count"], row["size"], row["largest"]) for row in found["folders"]}
    assert rows == {
        "seeds": (1, 7, 7),
        "regressions": (1, 11, 11),
        "evolved": (3, 6, 3),
        "properties": (0, 0, 0),
    }
    shown = groundstop("corpus", "stats", "lines", cwd=project.root).stdout
    assert [line.split()[:2] for line in shown.splitlines()[1:]] == [
        ["seeds", "1"],
        ["regressions", "1"],
        ["evolved", "3"],
        ["properties", "0"],
    ]
    assert "1 input " in shown
    assert "1 inputs" not in shown


def test_stats_without_a_default_are_of_every_target(tmp_path: Path) -> None:
    project = make_project(tmp_path, "one", "two")
    run = groundstop("corpus", "stats", cwd=project.root)
    assert run.status == 0, run.output
    assert [line for line in run.stdout.splitlines() if line[0] != " "] == [
        "corpus/one",
        "corpus/two",
    ]
    found = json.loads(groundstop("corpus", "stats", "--json", cwd=project.root).stdout)
    assert [each["target"] for each in found] == ["one", "two"]


def test_one_thing_is_not_called_several() -> None:
    assert [counted(n, "input") for n in (0, 1, 2000)] == [
        "0 inputs",
        "1 input",
        "2,000 inputs",
    ]
    assert counted(2, "branch", "branches") == "2 branches"


@pytest.mark.parametrize("group", ["corpus", "findings"])
def test_help_on_subcommands_is_not_cut_short(group: str) -> None:
    assert "...\n" not in groundstop(group, "--help", COLUMNS="80").stdout.partition("Commands:")[2]


def test_seeds_are_added_as_they_are(lines: tuple[Project, Target]) -> None:
    project, target = lines
    run = add(project, put(project, "a.line", "line: a"), put(project, "b.bin", b"_b"))
    assert run.status == 0, run.output
    assert run.stdout.splitlines() == ["corpus/lines/seeds/a.line", "corpus/lines/seeds/b.bin"]
    assert corpus.seeds(target, project) == {"a.line": b"a", "b.bin": b"_b"}


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("same.bin", "_a", "the core would get what it gets for .*corpus/lines/seeds/a.line"),
        ("a.line", "line: other", "corpus/lines/seeds/a.line is there already: rename it"),
        ("bad.line", "nonsense", "bad.line:1: must begin with 'line: '"),
        ("README.md", "_x", "no hidden file and no README.md"),
        (".hidden", "_x", "no hidden file and no README.md"),
        ("x.finding.toml", "_x", "is a sidecar: name the input"),
        ("twice.bin", "_good", "the core would get what it gets for .*good.bin"),
        ("gone.bin", "", "gone.bin: cannot be read"),
        ("sub/good.bin", "_z", "would be called as .*good.bin is"),
    ],
)
def test_a_file_that_cannot_be_a_seed_is_refused_and_with_it_all(
    lines: tuple[Project, Target], name: str, text: str, message: str
) -> None:
    project, target = lines
    (project.root / "sub").mkdir()
    put(project, "corpus/lines/seeds/a.line", "line: _a")
    good = put(project, "good.bin", b"_good")
    if text:
        put(project, name, text)
    with pytest.raises((InputError, SourceError), match=message):
        corpus.add_seeds(target, project, [good, project.root / name])
    assert kept(project, "seeds") == ["a.line"]


def test_a_refusal_is_one_message(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    run = add(project, put(project, "a.bin", b"_same"), put(project, "b.bin", b"_same"))
    assert run.status == 2
    assert (
        run.stderr
        == f"groundstop: {project.root}/b.bin: the core would get what it gets for a.bin\n"
    )
    assert kept(project, "seeds") == []


def test_a_regression_says_what_it_shows(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    paths = [put(project, "crash.line", "line: 1"), put(project, "said.bin", b"_Z")]
    run = add(project, "--regression", *paths)
    assert run.status == 0, run.output
    names = ["crash.finding.toml", "crash.line", "said.bin", "said.finding.toml"]
    assert kept(project, "regressions") == names
    crash, said = corpus.list_regressions("lines", project)
    assert (crash.path.name, crash.oracle) == ("crash.line", "memory")
    assert crash.what.startswith("heap-buffer-overflow: READ of size 1 in first_bug")
    assert crash.found is not None
    assert (said.oracle, said.what) == ("no-z", "oracle no-z: a Z in b'_Z'")
    again = groundstop("repro", crash.sidecar, cwd=project.root)
    assert again.status == 1, again.output


def test_a_finding_is_added_with_its_minimized_input(lines: tuple[Project, Target]) -> None:
    project, target = lines
    triage(b"1 and more", target, Variant(sanitizer=Sanitizer.ADDRESS), project)
    (stored,) = FindingStore(project, "lines")
    minimize(project, stored.folder)
    run = add(project, stored.folder)
    assert run.status == 2
    assert "a finding is added with --regression" in run.stderr
    run = add(project, "--regression", stored.folder)
    assert run.status == 0, run.output
    (known,) = corpus.list_regressions("lines", project)
    assert (known.name, known.path.read_bytes()) == (stored.finding.id, b"1")


def test_a_regression_that_shows_nothing_asks_for_words(lines: tuple[Project, Target]) -> None:
    project, _ = lines
    run = add(project, "--regression", put(project, "old.bin", b"_fine"))
    assert run.status == 0, run.output
    assert "does not reproduce; write what went wrong into its sidecar" in run.stderr
    (known,) = corpus.list_regressions("lines", project)
    assert known.what == "Shows nothing today: say here what went wrong."


def test_a_regression_does_not_take_anothers_sidecar(lines: tuple[Project, Target]) -> None:
    project, target = lines

    def known(path: Path) -> corpus.Known:
        return corpus.Known(path, path.name, "It broke.", "memory", Release())

    corpus.add_regressions(target, project, [known(put(project, "one.line", "line: 1"))])
    before = kept(project, "regressions")
    with pytest.raises(InputError, match=r"one\.finding\.toml is there already"):
        corpus.add_regressions(target, project, [known(put(project, "one.bin", b"2"))])
    twins = [known(put(project, "two.line", "line: 2")), known(put(project, "two.bin", b"_Z"))]
    with pytest.raises(InputError, match="would be called as"):
        corpus.add_regressions(target, project, twins)
    assert kept(project, "regressions") == before


def including(folder: Path) -> tuple[Project, Target]:
    """Lines where `@NAME` stands for the file of that name beside the source."""
    project = make_project(folder)
    (module,) = folder.glob("target_*.py")
    returned = 'return text.removeprefix("line: ").rstrip().encode()'
    source = module.read_text()
    assert returned in source
    module.write_text(
        source.replace(
            returned,
            'said = text.removeprefix("line: ").rstrip()\n'
            "        other = source.with_name(said[1:])\n"
            '        if said.startswith("@") and not other.exists():\n'
            '            raise SourceError(f"no {other}", SourceLocation(source, 1))\n'
            '        return other.read_bytes() if said.startswith("@") else said.encode()',
        )
    )
    return project, load_target(project, "lines")


@pytest.mark.parametrize("other, wrong", [(None, "cannot be compiled"), (b"_2", "is something")])
def test_a_text_that_is_something_else_where_it_would_lie_is_refused_and_with_it_all(
    tmp_path: Path, other: bytes | None, wrong: str
) -> None:
    project, target = including(tmp_path)
    put(project, "word", b"_1")
    if other:
        put(project, "corpus/lines/seeds/word", other)
        put(project, "corpus/lines/regressions/word", other)
        put(project, "corpus/lines/regressions/word.finding.toml", SIDECAR)
    before = kept(project, "seeds"), kept(project, "regressions")
    paths = [put(project, "good.bin", b"_good"), put(project, "uses.line", "line: @word")]
    with pytest.raises(InputError, match=f"seeds/uses.line it {wrong}.* put it there by hand"):
        corpus.add_seeds(target, project, paths)
    known = [corpus.Known(path, path.name, "Broke.", "memory", Release()) for path in paths]
    with pytest.raises(InputError, match=f"regressions/uses.line it {wrong}"):
        corpus.add_regressions(target, project, known)
    assert (kept(project, "seeds"), kept(project, "regressions")) == before


def test_a_text_may_name_what_is_added_with_it(tmp_path: Path) -> None:
    project, target = including(tmp_path)
    put(project, "word.line", "line: _1")
    corpus.add_seeds(
        target, project, [put(project, "u.line", "line: @word.line"), project.root / "word.line"]
    )
    assert corpus.seeds(target, project) == {"u.line": b"line: _1", "word.line": b"_1"}


def test_what_cannot_be_written_leaves_nothing_behind(
    lines: tuple[Project, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the second sidecar is due."""
    project, target = lines
    paths = [put(project, "a.bin", b"_a"), put(project, "b.bin", b"_b")]
    written: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        written.append(path)
        if path.name == "b.finding.toml":
            raise InputError(f"{path}: cannot be written: No space left on device")
        write_atomically(path, data)

    monkeypatch.setattr("groundstop.corpus._add.write_atomically", write)
    monkeypatch.setattr("groundstop.corpus._sidecar.write_atomically", write)
    known = [corpus.Known(path, path.name, "It broke.", "memory", Release()) for path in paths]
    with pytest.raises(InputError, match="No space left"):
        corpus.add_regressions(target, project, known)
    assert len(written) == 4
    assert kept(project, "regressions") == []


def test_units_that_come_and_go_do_not_matter(lines: tuple[Project, Target]) -> None:
    """What a campaign evolved is not looked at: here it could not even be read."""
    project, target = lines
    unit = corpus.add(target, project, b"_unit")
    unit.unlink()
    unit.symlink_to("gone")
    corpus.add_seeds(target, project, [put(project, "a.bin", b"_a")])
    assert kept(project, "seeds") == ["a.bin"]


def test_a_seed_that_the_core_does_not_take_is_added_and_told_of(
    lines: tuple[Project, Target],
) -> None:
    project, _ = lines
    fine, empty = put(project, "fine.bin", b"_fine"), put(project, "empty.bin", b"")
    deadly = put(project, "deadly.bin", b"1")
    run = add(project, "--target", "lines", fine, empty, deadly)
    assert run.status == 0, run.output
    assert kept(project, "seeds") == ["deadly.bin", "empty.bin", "fine.bin"]
    notes = run.stderr.splitlines()
    assert notes[0] == "note: empty.bin: is empty"
    assert notes[1].startswith("note: deadly.bin: the core dies of it: heap-buffer-overflow: ")
    assert len(notes) == 2


@pytest.mark.parametrize(
    "describe, note",
    [
        (
            "raise KeyError('x')",
            "refused.bin: the core refuses it: no reason given (the content toolchain fails: Key",
        ),
        (
            # As after Ctrl-C, also where the tests were started in the background.
            "raise KeyboardInterrupt",
            "added, not checked: interrupted",
        ),
    ],
)
def test_what_comes_between_while_a_new_seed_is_checked_leaves_it_added(
    tmp_path: Path, describe: str, note: str
) -> None:
    project = make_project(tmp_path)
    (module,) = tmp_path.glob("target_*.py")
    source = module.read_text()
    returned = 'return [f"reached {outcome.stage.name}"]'
    assert returned in source
    module.write_text(source.replace(returned, describe))
    # The core returns -1 for it.
    run = add(project, "--target", "lines", put(project, "refused.bin", b"r"))
    assert run.status == 0, run.output
    assert run.stdout == "corpus/lines/seeds/refused.bin\n"
    assert run.stderr.startswith(f"note: {note}")
    assert len(run.stderr.splitlines()) == 1


def test_a_file_that_is_there_already_is_told_of_and_not_added_again(
    lines: tuple[Project, Target],
) -> None:
    project, _ = lines
    seed, other = put(project, "a.bin", b"_a"), put(project, "b.bin", b"_b")
    put(project, "corpus/lines/seeds/known.bin", b"_a")
    run = add(project, seed, other)
    assert (run.status, run.stdout) == (0, "corpus/lines/seeds/b.bin\n"), run.output
    assert run.stderr == "note: a.bin: is there already, as corpus/lines/seeds/known.bin\n"
    crash = put(project, "crash.bin", b"1")
    sidecar = "corpus/lines/regressions/crash.finding.toml"
    # Whatever it is called, the second time.
    for path, printed, said in (
        (crash, f"{sidecar}\n", ""),
        (put(project, "c.bin", b"1"), "", f"note: c.bin: is there already, as {sidecar}\n"),
    ):
        run = add(project, "--target", "lines", "--regression", path)
        assert (run.status, run.stdout, run.stderr) == (0, printed, said)
    assert kept(project, "seeds") == ["b.bin", "known.bin"]
    assert kept(project, "regressions") == ["crash.bin", "crash.finding.toml"]
    # What is the same to the core in another form, or in the other folder, stays an error.
    for arguments in ((put(project, "a.line", "line: _a"),), ("--regression", seed)):
        run = add(project, *arguments)
        assert run.status == 2
        assert "the core would get what it gets for corpus/lines/seeds/known.bin" in run.stderr


def test_a_seed_that_breaks_its_format_is_told_of_with_the_place(tmp_path: Path) -> None:
    """The core is asked only about what is well formed: this one is not even built."""
    (tmp_path / "pyproject.toml").write_text('[tool.groundstop.targets]\nvm = "target_vm:target"\n')
    (tmp_path / "target_vm.py").write_text(WITH_FORMAT)
    for name, data in (("short", b"VM\1"), ("wrong", b"VX\1ab"), ("whole", b"VM\1ab")):
        (tmp_path / name).write_bytes(data)
    run = groundstop("corpus", "add", "short", "wrong", cwd=tmp_path)
    assert run.status == 0, run.output
    assert run.stderr.splitlines() == [
        "note: short: breaks its format: needs 2 bytes, 0 are left (field body, byte 3)",
        "note: wrong: breaks its format: is b'VX', must be b'VM' (field magic, byte 0)",
    ]
    run = groundstop("corpus", "add", "whole", cwd=tmp_path)
    assert run.status == 0, run.output
    assert run.stderr.startswith("note: added, but could not be run: ")
    assert len(run.stderr.splitlines()) == 1


def test_a_finding_is_named_by_its_id_or_from_the_root_wherever_one_stands(
    lines: tuple[Project, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, target = lines
    triage(b"1 and more", target, Variant(sanitizer=Sanitizer.ADDRESS), project)
    (stored,) = FindingStore(project, "lines")
    below = project.root / "below"
    below.mkdir()
    listed = groundstop("findings", "list", cwd=below).stdout
    printed = listed.splitlines()[-1].strip()
    from_root = f".groundstop/findings/lines/{stored.finding.id}/input"
    assert printed == f"../{from_root}"
    assert groundstop("findings", "show", printed, cwd=below).status == 0
    for path in (printed, from_root):
        assert groundstop("repro", path, cwd=below).status == 1
    assert groundstop("minimize", stored.finding.id, cwd=below).status == 1
    assert stored.minimized.read_bytes() == b"1"
    run = groundstop("corpus", "add", "--regression", stored.finding.id[:7], cwd=below)
    assert run.status == 0, run.output
    # What is where one stands comes first, also where it is called as an id is.
    monkeypatch.chdir(below)
    here = put(project, f"below/{stored.finding.id}", b"_here").relative_to(below)
    assert input_named(project, here) == here
    assert find_finding(project, str(here)) == stored
    assert input_named(project, Path("gone")) == Path("gone")
