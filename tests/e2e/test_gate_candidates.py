# SPDX-License-Identifier: Apache-2.0
"""What the gate decides on: files, folders, standard input, what changed in git."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.errors import InputError
from groundstop.gate import find_candidates, run_gate
from groundstop.gate._rig import Rig
from groundstop.target import Target, load_target
from support.command import COMMAND, ROOT, Run, groundstop

SEEDS = ROOT / "corpus" / "channel" / "seeds"
TEMPLATES = SEEDS.parent / "templates" / "current.toml"
GOOD = (SEEDS / "ipc-psexec.toml").read_text().replace("../templates/current.toml", "types.toml")
FLEET = ("--fleet", "7.15")  # one release is enough to see which files are judged


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a folder with a good source, and what it is compiled with."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "types.toml").write_text(TEMPLATES.read_text())
    (folder / "good.toml").write_text(GOOD)
    return folder


def decisions(run: Run) -> dict[str, str]:
    return {Path(each["candidate"]).name: each["decision"] for each in json.loads(run.stdout)}


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def in_project(folder: Path, *arguments: str | Path) -> Run:
    return groundstop("gate", *FLEET, *arguments, cwd=folder, GROUNDSTOP_PROJECT=str(ROOT))


def test_a_folder_is_every_candidate_below_it(content: Path) -> None:
    (content / "README.md").write_text("channel = 1")
    (content / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (content / ".git").mkdir()
    (content / ".git" / "x.toml").write_text("channel = [")
    below = content / "b" / "c"
    below.mkdir(parents=True)
    (below / "zeros.GSCF").write_bytes(bytes(4096))
    (below / "wiped.txt").write_bytes(bytes(7))
    (below / "typo.TOML").write_text("chanel = 1\n")
    (below / "utf16.toml").write_text("channel = 1\n", encoding="utf-16")
    groundstop("compile", content / "good.toml", "--part", "channel", "-o", below / "odd.name")
    (content / "linked").symlink_to(below.parent)
    run = in_project(content, "--json", content)
    assert run.status == 1, run.output
    assert list(decisions(run).items()) == [
        ("good.toml", "ship"),
        ("types.toml", "ship"),
        ("odd.name", "ship"),
        ("typo.TOML", "hold"),
        ("utf16.toml", "hold"),
        ("wiped.txt", "hold"),
        ("zeros.GSCF", "hold"),
    ]
    others = "README.md, linked, pyproject.toml"
    assert f"no target recognizes 3 other files: {others}" in run.stderr


def test_a_folder_without_any_candidate_decides_nothing(tmp_path: Path) -> None:
    for number in range(2):
        run = in_project(tmp_path, tmp_path)
        assert run.status == 2, run.output
        assert f"{tmp_path}: nothing to decide on: " in run.stderr
        (tmp_path / f"{number}.txt").write_text("text")


def test_what_cannot_be_read_in_a_folder_is_not_passed_over(content: Path) -> None:
    (content / "gone.toml").symlink_to("nowhere")
    os.mkfifo(content / "pipe")
    run = in_project(content, "--json", content)
    assert run.status == 2, run.output
    assert decisions(run) == {
        "good.toml": "ship",
        "gone.toml": "undecided",
        "pipe": "undecided",
        "types.toml": "ship",
    }


def test_what_cannot_be_read_and_is_of_no_usual_target_decides_nothing(tmp_path: Path) -> None:
    two = '[tool.groundstop.targets]\nchannel = "groundstop.targets.channel:target"\n'
    (tmp_path / "pyproject.toml").write_text(f'{two}yara = "groundstop.targets.yara:target"\n')
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "good.yar").write_text("rule a { condition: true }")
    os.mkfifo(tmp_path / "some" / "pipe")
    with pytest.raises(InputError, match="pipe: cannot be read"):
        find_candidates(find_project(tmp_path), [tmp_path / "some"])


@pytest.mark.parametrize(
    "name", ["zeros.gscf", "zeros.GSCF", "zeros.bin", "empty.sys", "empty.toml"]
)
def test_a_file_that_no_target_recognizes_belongs_to_the_usual_one(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"" if name.startswith("empty") else bytes(4096))
    found = find_candidates(find_project(ROOT), [path])
    assert [(name, paths) for name, (_, paths) in found.of.items()] == [("channel", [path])]


def test_what_is_named_is_judged_in_that_order(content: Path) -> None:
    names = ["nobody.bin", "good.toml", "other.bin", "gone.toml"]
    (content / "nobody.bin").write_bytes(b"?")
    (content / "other.bin").write_bytes(b"?")
    found = find_candidates(find_project(ROOT), [content / name for name in names])
    (_, paths) = found.of["channel"]
    assert [path.name for path in paths] == names


@pytest.mark.parametrize(
    "name, words", [("zeros.gscf", "all 4096 bytes are zero"), ("empty.sys", "is empty")]
)
def test_a_file_with_nothing_in_it_is_held_with_the_right_words(
    tmp_path: Path, name: str, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(bytes(4096) if name.startswith("zeros") else b"")
    run = in_project(tmp_path, "--json", path)
    assert run.status == 1, run.output
    (result,) = json.loads(run.stdout)
    messages = [p["message"] for stage in result["stages"] for p in stage["problems"]]
    assert any(words in message for message in messages)


def test_a_text_source_with_a_suffix_in_capitals_is_one(content: Path) -> None:
    shouted = content / "GOOD.TOML"
    (content / "good.toml").rename(shouted)
    assert in_project(content, shouted).status == 0


@pytest.mark.parametrize(
    "name, text, status",
    [
        ("-", GOOD, 0),
        ("/dev/stdin", GOOD, 0),
        ("-", GOOD.replace("severity", "severty"), 1),
        ("-", "", 1),
    ],
)
def test_standard_input_is_judged_where_it_stands(
    content: Path, name: str, text: str, status: int
) -> None:
    run = subprocess.run(
        ["bash", "-c", f"cat | {COMMAND} gate --fleet 7.15 --json {name}"],
        cwd=content,
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "GROUNDSTOP_PROJECT": str(ROOT)},
        check=False,
    )
    assert run.returncode == status, run.stderr
    (result,) = json.loads(run.stdout)
    assert result["candidate"] == "-"
    assert ".groundstop-stdin" not in run.stdout
    assert "-:" in run.stdout or status == 0 or not text
    assert sorted(path.name for path in content.iterdir()) == ["good.toml", "types.toml"]


def test_standard_input_may_stand_for_a_file_elsewhere(content: Path, tmp_path: Path) -> None:
    binary = tmp_path / "good.gscf"
    groundstop("compile", content / "good.toml", "--part", "channel", "-o", binary)
    inputs = (
        (("--name", content / "new.toml"), GOOD.encode(), "new.toml"),
        ((), binary.read_bytes(), "-"),
    )
    for options, data, shown in inputs:
        run = subprocess.run(
            [COMMAND, "gate", *FLEET, "--json", "-", *options],
            cwd=tmp_path,
            input=data,
            capture_output=True,
            env={**os.environ, "GROUNDSTOP_PROJECT": str(ROOT)},
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert [Path(each["candidate"]).name for each in json.loads(run.stdout)] == [shown]


def test_what_changed_is_judged(content: Path) -> None:
    git(content, "init", "-q", "-b", "main")
    git(content, "add", ".")
    git(content, "commit", "-qm", "first")
    run = in_project(content, "--json", "--changed")
    assert (run.status, json.loads(run.stdout)) == (2, [])
    assert "nothing that a target recognizes differs from HEAD" in run.stderr
    assert in_project(content, "--changed", "--allow-none").status == 0
    (content / "notes.txt").write_text("text")
    (content / "bad.toml").write_text("channel = [")
    run = in_project(content, "--json", "--changed")
    assert run.status == 1, run.output
    assert decisions(run) == {"bad.toml": "hold"}
    assert "no target recognizes 1 other file: notes.txt" in run.stderr
    git(content, "add", ".")
    git(content, "commit", "-qm", "second")
    run = in_project(content, "--json", "--changed", "HEAD~1")
    assert decisions(run) == {"bad.toml": "hold"}
    (content / "bad.toml").unlink()
    assert in_project(content, "--changed").status == 2


def test_a_source_changes_with_its_templates(content: Path) -> None:
    git(content, "init", "-q", "-b", "main")
    git(content, "add", ".")
    git(content, "commit", "-qm", "first")
    (content / "types.toml").write_text(TEMPLATES.read_text().replace('"pipe_name"', '"pip_name"'))
    run = in_project(content, "--json", "--changed")
    assert run.status == 1, run.output
    assert decisions(run) == {"types.toml": "hold", "good.toml": "hold"}
    (content / "types.toml").unlink()
    assert decisions(in_project(content, "--json", "--changed")) == {"good.toml": "hold"}


def test_changes_can_be_limited_to_a_folder(content: Path) -> None:
    git(content, "init", "-q", "-b", "main")
    (content / "other").mkdir()
    (content / "other" / "bad.toml").write_text("channel = [")
    git(content, "commit", "-qm", "none", "--allow-empty")
    (content / "link").symlink_to("other")
    for place in ("other", "other/../other", "link"):
        run = in_project(content, "--json", "--changed=HEAD", place)
        assert decisions(run) == {"bad.toml": "hold"}, place


def test_what_git_cannot_tell_decides_nothing(content: Path) -> None:
    run = in_project(content, "--changed")
    assert run.status == 2, run.output
    assert "git cannot tell what changed: not a git repository" in run.stderr
    git(content, "init", "-q")
    for base in ("nowhere", "HEAD"):
        run = in_project(content, f"--changed={base}")
        assert run.status == 2, run.output
        assert f"{base}: is no commit of this repository" in run.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("--allow-none", "x.toml"), ("--name", "x.toml", "y.toml")]
)
def test_what_does_not_go_together_is_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert in_project(tmp_path, *arguments).status == 2


def test_many_files_share_workers(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files: one rig, and each of its workers keeps its one process."""
    rigs: list[Rig] = []
    enter = Rig.__enter__

    def entered(rig: Rig) -> Rig:
        rigs.append(enter(rig))
        return rig

    monkeypatch.setattr(Rig, "__enter__", entered)
    target: Target = load_target(find_project(ROOT), "channel")
    copies = [content / f"{number}.toml" for number in range(4)]
    for copy in copies:
        shutil.copy(content / "good.toml", copy)
    pids: set[tuple[int, ...]] = set()
    for result in run_gate(target, find_project(ROOT), copies, target.core.fleet[-1:]):
        assert result.decision == "ship", result
        (rig,) = rigs
        pids.add(tuple(worker._session.process.pid for worker in rig._workers.values()))  # noqa: SLF001
    assert len(pids) == 1
