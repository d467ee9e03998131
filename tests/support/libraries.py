# SPDX-License-Identifier: Apache-2.0
"""Projects around libraries and harnesses that were built by somebody else."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from support.replaying import STATE

# Reads one byte behind its input where that begins with an F, and the first of none.
SOURCE = """\
#include <stddef.h>
#include <stdint.h>

int vm_fuzz(const uint8_t *data, size_t size);

int vm_fuzz(const uint8_t *data, size_t size)
{
	if (size == ONLY_SIZE || (ONLY_SIZE < 0 && size > 0 && data[0] == 'F'))
		return data[size] == 1 ? -1 : 0;
	return 0;
}
"""


def shared_object(
    path: Path, *flags: str, source: str = SOURCE, compiler: str = "clang", language: str = "c"
) -> Path:
    """Compile as people do by hand, with nothing of Groundstop's toolchain between."""
    command = [compiler, "-g", "-O1", "-fPIC", "-shared", "-x", language, "-", "-o", str(path)]
    if not any(flag.startswith("-DONLY_SIZE") for flag in flags):
        flags = ("-DONLY_SIZE=-1", *flags)
    subprocess.run([*command, *flags], input=source, text=True, check=True, capture_output=True)
    return path


def share_builds(folder: Path) -> None:
    """Have what the framework compiles for a project in `folder` compiled once for all tests."""
    (STATE / "build").mkdir(parents=True, exist_ok=True)
    (folder / ".groundstop").mkdir(parents=True)
    (folder / ".groundstop" / "build").symlink_to(STATE / "build")


def library_project(folder: Path, seeds: Mapping[str, bytes]) -> Path:
    """Write a project with the target `vm`, which is libvm.so beside its pyproject.toml."""
    share_builds(folder)
    (folder / "pyproject.toml").write_text('[tool.groundstop.targets]\nvm = "vm_target:target"\n')
    (folder / "vm_target.py").write_text(
        "from pathlib import Path\n"
        "from groundstop.target import Core, Target\n"
        'target = Target("vm", Core(library=Path("libvm.so"), entry="vm_fuzz"))\n'
    )
    corpus = folder / "corpus" / "vm" / "seeds"
    corpus.mkdir(parents=True)
    for name, data in seeds.items():
        (corpus / name).write_bytes(data)
    return folder
