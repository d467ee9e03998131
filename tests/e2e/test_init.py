# SPDX-License-Identifier: Apache-2.0
"""`groundstop init` writes a project that fuzzes at once, and takes nothing away from anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
        timeout=120,
    )


@pytest.mark.slow
def test_an_empty_folder_becomes_a_project_that_fuzzes(tmp_path: Path) -> None:
    folder = tmp_path / "Toy-VM.3"
    folder.mkdir()
    run = groundstop("init", cwd=folder)
    assert run.status == 0, run.output
    fuzz = make("fuzz", "SECONDS=3", cwd=folder)
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
    [("none.c", "no such file"), ("vm.h", "headers"), ("../outside.c", "a folder above it")],
)
def test_a_source_that_cannot_be_one_is_refused(tmp_path: Path, source: str, why: str) -> None:
    (tmp_path / "outside.c").touch()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "vm.h").touch()
    run = groundstop("init", "vm", source, cwd=folder)
    assert run.status == 2
    assert why in run.output
    assert [path.name for path in folder.iterdir()] == ["vm.h"]


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


def test_a_table_with_no_place_for_a_target_is_left_to_its_author(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.groundstop]\ntargets = { vm = "fuzz.vm:target" }\n'
    )
    before = everything(tmp_path)
    run = groundstop("init", "next", cwd=tmp_path)
    assert run.status == 2
    assert "write its targets below a line [tool.groundstop.targets]" in run.stderr
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ["with space", "a:b"])
def test_a_folder_in_which_nothing_could_be_fuzzed_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    run = groundstop("init", "vm", cwd=folder)
    assert run.status == 2
    assert f"{name}: a project's path must have no space or colon" in run.stderr
    assert not list(folder.iterdir())
