# SPDX-License-Identifier: Apache-2.0
"""tools/install-missing asks for what is missing, and for nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import ROOT

# What the tool itself runs, and what it looks for.
PROGRAMS = ("cat", "ld", "ls", "mktemp", "rm", "sh", "sort", "tail", "tr")
SOUGHT = ("git", "clang", "llvm-symbolizer", "llvm-cov")

# Compiles what it is given, but has no runtimes to link.
BARE_CLANG = '#!/bin/sh\ncase "$*" in *-fsanitize*) exit 1 ;; esac\n'


def install_missing(folder: Path, *without: str, root: bool = False, **environment: str) -> str:
    """Run it where `without` are missing; return the packages that it asks for or installs."""
    programs = folder / "bin"
    programs.mkdir()
    for name in {*PROGRAMS, *SOUGHT} - {*without}:
        program = shutil.which(name)
        if program is None:
            # A compiler with a number in its name is found by that, or by CC.
            assert name in SOUGHT, name
            program = "/bin/true"
        (programs / name).symlink_to(program)
    script(programs / "id", f"#!/bin/sh\necho {0 if root else 1000}\n")
    log = folder / "installed"
    script(programs / "apt-get", f'#!/bin/sh\necho "apt-get $*" >> {log}\n')
    (programs / "env").symlink_to(shutil.which("env") or "")
    run = subprocess.run(
        [ROOT / "tools" / "install-missing"],
        env={"PATH": str(programs), "PYTHON": sys.executable, "CC": compiler(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    said = log.read_text() if log.exists() else run.stderr
    asked = [line for line in said.splitlines() if "apt-get install " in line]
    if not asked:
        assert run.returncode == 0, run.stderr
        assert not run.stderr
        return ""
    # What was installed here is a record only: it is still missing.
    assert run.returncode == 2
    (line,) = asked
    return line.partition("apt-get install ")[2].removeprefix("-y -qq ")


def compiler() -> str:
    return os.environ.get("CC") or shutil.which("clang") or "clang"


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_where_all_is_there_nothing_is_asked_for(tmp_path: Path) -> None:
    assert not install_missing(tmp_path)


@pytest.mark.parametrize("root", [False, True])
def test_git(tmp_path: Path, *, root: bool) -> None:
    assert install_missing(tmp_path, "git", root=root) == "git"


@pytest.mark.parametrize("root", [False, True])
def test_python_without_environments(tmp_path: Path, *, root: bool) -> None:
    for name, package in {"python3": "python3-venv", "python3.14": "python3.14-venv"}.items():
        folder = tmp_path / name
        folder.mkdir()
        python = script(folder / name, "#!/bin/sh\nexit 1\n")
        assert install_missing(folder, root=root, PYTHON=str(python)) == package


def test_no_python_at_all(tmp_path: Path) -> None:
    assert install_missing(tmp_path, PYTHON="python3") == "python3-venv"


def test_no_clang(tmp_path: Path) -> None:
    assert install_missing(tmp_path, CC=str(tmp_path / "none")) == "clang libclang-rt-dev"


def test_clang_without_its_runtimes(tmp_path: Path) -> None:
    clang = script(tmp_path / "clang", BARE_CLANG)
    assert install_missing(tmp_path, CC=str(clang)) == "libclang-rt-dev"


def test_several(tmp_path: Path) -> None:
    clang = script(tmp_path / "clang", BARE_CLANG)
    assert install_missing(tmp_path, "git", CC=str(clang)) == "git libclang-rt-dev"
