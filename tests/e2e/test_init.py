# SPDX-License-Identifier: Apache-2.0
"""`groundstop init` writes a project that fuzzes at once, and takes nothing away from anybody."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.config import find_project
from groundstop.errors import ConfigError, InputError
from groundstop.scaffold import Scaffold
from support.command import groundstop


def make(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.slow
def test_an_empty_folder_becomes_a_project_that_fuzzes(tmp_path: Path) -> None:
    folder = tmp_path / "Toy-VM.3"
    folder.mkdir()
    run = groundstop("init", cwd=folder)
    assert run.status == 0, run.output
    fuzz = make("fuzz", "SECONDS=10", cwd=folder)
    assert fuzz.returncode == 0, fuzz.stdout + fuzz.stderr
    assert "evaluated" in fuzz.stdout
    assert list((folder / "corpus" / "toy_vm_3" / "evolved").iterdir())
    script = subprocess.run(
        [sys.executable, "fuzz/fuzz_toy_vm_3.py", "-runs=1000"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert script.returncode == 0, script.stderr
    assert "Done 1000 runs" in script.stderr
    gate = groundstop("gate", "corpus/toy_vm_3/seeds/two-instructions", cwd=folder)
    assert gate.status == 0, gate.output
    again = groundstop("init", cwd=folder)
    assert again.status == 2
    assert "a Groundstop project already" in again.output


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "theirs"\nversion = "1"')
    (tmp_path / "Makefile").write_text("all:\n\tcc vm.c\n\nfuzz:\n\techo theirs\n")
    (tmp_path / "fuzz").mkdir()
    (tmp_path / "fuzz" / "vm_entry.c").write_text("/* theirs */\n")
    run = groundstop("init", "vm", cwd=tmp_path)
    assert run.status == 0, run.output
    assert "written     fuzz/vm.py" in run.stdout
    assert "added to    pyproject.toml" in run.stdout
    assert "left alone  Makefile" in run.stdout
    assert "left alone  fuzz/vm_entry.c" in run.stdout
    assert (tmp_path / "pyproject.toml").read_text().startswith('[project]\nname = "theirs"')
    assert (tmp_path / "Makefile").read_text().count("fuzz:") == 1
    assert (tmp_path / "fuzz" / "vm_entry.c").read_text() == "/* theirs */\n"
    listed = groundstop("list", cwd=tmp_path)
    assert listed.status == 0, listed.output
    assert "vm" in listed.stdout


def test_sources_that_are_there_are_built_with_an_entry_point_to_fill_in(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "vm.c").write_text('#include "vm.h"\nint vm(void) { return VM; }\n')
    (tmp_path / "src" / "vm.h").write_text("#define VM 1\nint vm(void);\n")
    run = groundstop("init", "vm", "src/vm.c", cwd=tmp_path)
    assert run.status == 0, run.output
    entry = tmp_path / "fuzz" / "vm_entry.c"
    calling = entry.read_text().replace("return -1", "return vm()")
    entry.write_text(f'#include "src/vm.h"\n{calling}')
    build = groundstop("build", "vm", cwd=tmp_path)
    assert build.status == 0, build.output
    (tmp_path / "src" / "vm.c").write_text("#error theirs\n")
    broken = groundstop("build", "vm", cwd=tmp_path)
    assert broken.status == 2
    assert "src/vm.c:1:2: error: theirs" in broken.output
    assert not (tmp_path / "corpus" / "vm" / "seeds").exists()


@pytest.mark.parametrize(
    "source, why",
    [
        ("none.c", "no such file"),
        ("vm.h", "headers"),
        ("notes.txt", "not C or C++ by its name"),
        ("program.c", "has NUL bytes"),
        ("../outside.c", "a folder above it"),
        ("..", "a folder: name the C or C++ files in it"),
        ("/dev/null", "not a regular file"),
        ("../loop.c", "its symbolic links form a loop"),
    ],
)
def test_a_source_that_cannot_be_one_is_refused(tmp_path: Path, source: str, why: str) -> None:
    (tmp_path / "outside.c").touch()
    (tmp_path / "loop.c").symlink_to("loop.c")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "vm.h").touch()
    (folder / "notes.txt").write_text("plans\n")
    (folder / "program.c").write_bytes(b"\x7fELF\0")
    before = sorted(folder.iterdir())
    run = groundstop("init", "vm", source, cwd=folder)
    assert run.status == 2
    assert why in run.output
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name", ["Vm", "7vm", "a-b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    run = groundstop("init", name, cwd=tmp_path)
    assert run.status == 2
    assert "cannot name a target" in run.output
    assert not list(tmp_path.iterdir())


def everything(folder: Path) -> dict[str, bytes]:
    files = (
        path for path in folder.rglob("*") if path.is_file() and ".groundstop" not in path.parts
    )
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_same_target_again_changes_nothing_and_says_what_is_there(tmp_path: Path) -> None:
    assert groundstop("init", "vm", cwd=tmp_path).status == 0
    before = everything(tmp_path)
    run = groundstop("init", "vm", cwd=tmp_path)
    assert run.status == 2
    assert (
        "a target vm at fuzz.vm:target (there: fuzz/vm.py, fuzz/fuzz_vm.py, fuzz/vm_entry.c, "
        "corpus/vm/seeds/two-instructions); nothing was changed; `groundstop fuzz vm` fuzzes it, "
        "groundstop init with another name adds a target"
    ) in run.stderr
    run = groundstop("init", cwd=tmp_path)
    assert run.status == 2
    assert "(its targets: vm); nothing was changed; groundstop init NAME adds a" in run.stderr
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    "config, added",
    [
        (
            '[tool.groundstop.targets]\r\nvm = "fuzz.vm:target" # first\r\n\r\n[other]\r\n',
            '# first\r\nnext = "fuzz.next:target"\r\n\r\n[other]\r\n',
        ),
        (
            '[tool.groundstop.targets]\nvm = "fuzz.vm:target"\n\n# of the other\n[other]\n',
            'vm:target"\nnext = "fuzz.next:target"\n\n# of the other\n[other]\n',
        ),
        ('[tool.groundstop]\ncorpus = "in"', '\n\n[tool.groundstop.targets]\nnext = "fuzz.next:'),
    ],
)
def test_another_name_is_one_target_more(tmp_path: Path, config: str, added: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(config.encode())
    (tmp_path / "Makefile").write_text("fuzz:\n\tgroundstop fuzz vm\n")
    before = everything(tmp_path)
    run = groundstop("init", "next", cwd=tmp_path)
    assert run.status == 0, run.output
    assert "added to    pyproject.toml" in run.stdout
    left = "left alone  Makefile (fuzzes vm; to add: groundstop fuzz next)"
    assert (left in run.stdout) == ("vm =" in config)
    assert "left alone  Makefile" in run.stdout
    assert "Now `groundstop fuzz next`" in run.stdout
    after = everything(tmp_path)
    seeds = "in" if "corpus" in config else "corpus"
    assert f"{seeds}/next/seeds/two-instructions" in after
    text = after.pop("pyproject.toml").decode()
    assert added in text
    assert text.startswith(config[:20])
    assert {name: after[name] for name in before if name in after} == {
        name: data for name, data in before.items() if name != "pyproject.toml"
    }
    # One that nobody wrote is not there to be loaded.
    (tmp_path / "fuzz" / "vm.py").write_bytes(after["fuzz/next.py"].replace(b"next", b"vm"))
    listed = groundstop("list", cwd=tmp_path)
    assert listed.status == 0, listed.output
    assert "next  (fuzz.next:target)" in listed.stdout


def test_a_broken_target_does_not_hide_the_others(tmp_path: Path) -> None:
    for name in ("vm", "next"):
        assert groundstop("init", name, cwd=tmp_path).status == 0
    (tmp_path / "fuzz" / "next.py").write_text("nonsense(")
    run = groundstop("list", cwd=tmp_path)
    assert run.status == 2
    assert "vm  (fuzz.vm:target)\n  releases:  none\n" in run.stdout
    assert "cannot be imported: fuzz/next.py:1: SyntaxError" in run.stderr
    good, bad = sorted(
        json.loads(groundstop("list", "--json", cwd=tmp_path).stdout),
        key=lambda row: "error" in row,
    )
    assert (good["target"], good["releases"]) == ("vm", [])
    assert "SyntaxError" in bad["error"]


def test_a_table_with_no_place_for_a_target_is_left_to_its_author(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.groundstop]\ntargets = { vm = "fuzz.vm:target" }\n'
    )
    before = everything(tmp_path)
    run = groundstop("init", "next", cwd=tmp_path)
    assert run.status == 2
    assert "write its targets below a line [tool.groundstop.targets]" in run.stderr
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    "config, known",
    [
        ('[ tool.groundstop ]\ncorpus = "corpus"\n', {}),
        ('[tool."groundstop"]\ncorpus = "corpus"\n', {}),
        ('tool.groundstop.corpus = "corpus"\n', {}),
        ('[tool]\ngroundstop.corpus = "corpus"\n', {}),
        ('[ tool . "groundstop".targets ]\nvm = "vm:t"\n[next]\n', {"vm": "vm:t"}),
        ("[tool.groundstop_extra]\nfast = true", {}),
        ('[other]\ntext = """\n[tool.groundstop]\n[tool.groundstop.targets]\n"""\n', {}),
        (
            'x = """\n[tool.groundstop.targets]\n"""\n[tool.groundstop.targets]\nvm = "vm:t"\n',
            {"vm": "vm:t"},
        ),
    ],
)
def test_a_project_is_what_toml_says_it_is(
    tmp_path: Path, config: str, known: dict[str, str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(config)
    Scaffold(tmp_path, "next").write()
    assert find_project(tmp_path).targets == {**known, "next": "fuzz.next:target"}


@pytest.mark.parametrize(
    "config, why",
    [
        ('[tool]\ngroundstop = { corpus = "corpus" }\n', "finds no place in it"),
        ("tool = { other = 1 }\n", r"\[tool.groundstop\] finds no place in it"),
        ("\ufeff[other]\n", "begins with a byte order mark"),
        ("[other\n", "cannot be read"),
        ("[tool.groundstop]\ncorpus = 3\n", "corpus must be a path"),
        ("[tool.groundstop]\ntargets = 3\n", "targets must map names"),
        ("[tool]\ngroundstop = 3\n", "tool.groundstop must be a table"),
    ],
)
def test_a_config_with_no_place_for_it_is_a_clear_refusal(
    tmp_path: Path, config: str, why: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(config)
    with pytest.raises(ConfigError, match=why):
        Scaffold(tmp_path, "next")
    assert everything(tmp_path) == {"pyproject.toml": config.encode()}


def test_line_ends_stay_what_they_are(tmp_path: Path) -> None:
    there = {
        "pyproject.toml": b"[other]\r\nx = 1\r\n",
        "Makefile": b"all:\r\n\ttrue\r\n",
        ".gitignore": b"*.o\r\n",
    }
    for name, content in there.items():
        (tmp_path / name).write_bytes(content)
    Scaffold(tmp_path, "vm").write()
    for name, content in there.items():
        became = (tmp_path / name).read_bytes()
        assert became.startswith(content)
        assert became.count(b"\n") == became.count(b"\r\n") > content.count(b"\n")
    before = everything(tmp_path)
    Scaffold(tmp_path, "next").write()
    after = everything(tmp_path)
    assert [name for name in there if after[name] != before[name]] == ["pyproject.toml"]
    assert after["pyproject.toml"].count(b"\n") == after["pyproject.toml"].count(b"\r\n")


@pytest.mark.parametrize("name", ["fuzz", "corpus", "Makefile", "fuzz/vm.py", "pyproject.toml"])
def test_what_stands_in_the_way_is_told_of_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / ".gitignore").write_text("*.o\n")
    blocked = tmp_path / name
    if name in {"fuzz", "corpus"}:
        blocked.touch()
    else:
        blocked.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=f"{re.escape(str(blocked))}: "):
        Scaffold(tmp_path, "vm").write()
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / ".gitignore").read_text() == "*.o\n"


@pytest.mark.parametrize("name", ["pyproject.toml", "fuzz/vm.py"])
def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "project"
    link = folder / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "outside")
    with pytest.raises(InputError, match="a symbolic link that leads nowhere"):
        Scaffold(folder, "vm").write()
    assert everything(tmp_path) == {}


def test_what_was_not_written_to_the_end_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full: until its last file is written this is no project."""
    left = iter(range(3))

    def write(path: Path, data: bytes) -> None:
        if next(left, None) is None:
            raise InputError(f"{path}: cannot be written: No space left on device")
        path.write_bytes(data)

    with monkeypatch.context() as full:
        full.setattr("groundstop.scaffold._change.write_atomically", write)
        with pytest.raises(InputError, match="No space left"):
            Scaffold(tmp_path, "vm").write()
    assert len(everything(tmp_path)) == 3
    Scaffold(tmp_path, "vm").write()
    assert find_project(tmp_path).targets == {"vm": "fuzz.vm:target"}


def test_a_source_may_be_called_anything(tmp_path: Path) -> None:
    names = ['we"ird.c', "back\\slash.c", "it's.c", "größe.c"]
    for name in names:
        (tmp_path / name).touch()
    Scaffold(tmp_path, "vm", [Path(name) for name in names]).write()
    declared = (tmp_path / "fuzz" / "vm.py").read_text()
    sources = re.search(r"sources=(\(.*\)),", declared)
    assert sources is not None
    assert ast.literal_eval(sources[1]) == (*names, "fuzz/vm_entry.c")


def test_around_cplusplus_the_entry_point_is_cplusplus(tmp_path: Path) -> None:
    (tmp_path / "vm.hpp").write_text("#include <cstddef>\nstruct Vm { int run(std::size_t n); };\n")
    (tmp_path / "vm.cpp").write_text(
        '#include "vm.hpp"\nint Vm::run(std::size_t n) { return n > 3 ? 1 : 0; }\n'
    )
    assert groundstop("init", "vm", "vm.cpp", cwd=tmp_path).status == 0
    entry = tmp_path / "fuzz" / "vm_entry.cc"
    text = entry.read_text()
    called = text.replace("\t(void)data;", "\tVm vm;\n\n\t(void)data;\n\tvm.run(size);")
    assert called != text
    entry.write_text('#include "../vm.hpp"\n' + called)
    built = groundstop("build", "vm", "--sanitizer", "address", cwd=tmp_path)
    assert built.status == 0, built.output


def test_that_commands_do_not_take_the_only_target_any_more_is_said(tmp_path: Path) -> None:
    runs = [groundstop("init", name, cwd=tmp_path) for name in ("vm", "next", "third")]
    assert [run.status for run in runs] == [0, 0, 0]
    said = 'Commands without a target\'s name took vm: default = "vm" in [tool.groundstop] keeps'
    assert [said in run.stdout for run in runs] == [False, True, False]
    # What it advises is what helps.
    config = tmp_path / "pyproject.toml"
    assert find_project(tmp_path).default is None
    with_default = config.read_text().replace(
        "[tool.groundstop]", '[tool.groundstop]\ndefault = "vm"'
    )
    config.write_text(with_default)
    assert find_project(tmp_path).default == "vm"


@pytest.mark.parametrize(
    "include", ["vm.hpp", "vm.hh", "vm.hxx", "vm.inc", "vm.def", "vm.tcc", "table", "other.c"]
)
def test_what_sources_include_is_found_whatever_its_name_is(tmp_path: Path, include: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / include).write_text("static const int vm_value = 1;\n")
    (tmp_path / "src" / "vm.cpp").write_text(
        f'#include "{include}"\nextern "C" int vm(void) {{ return vm_value; }}\n'
    )
    assert groundstop("init", "vm", "src/vm.cpp", cwd=tmp_path).status == 0
    build = groundstop("build", "vm", "--sanitizer", "plain", cwd=tmp_path)
    assert build.status == 0, build.output
    assert "/.venv/" in (tmp_path / ".gitignore").read_text().splitlines()
