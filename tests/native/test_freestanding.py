# SPDX-License-Identifier: Apache-2.0
"""The interpreter as a kernel would build it: one object, no libc, any word size and byte order."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.cbuild import CHANNEL, KERNEL, ROOT, compile_c, make_tree, run

if TYPE_CHECKING:
    from pathlib import Path

HOST_INTERFACE = {"memcpy", "memset", "memcmp", "memmove"}
FREESTANDING = (*KERNEL, "-O2", "-ffreestanding", "-fno-pic", "-nostdlib", "-nostdlibinc")
# What the compiler itself may want of a target without 64-bit or unaligned instructions: nothing.
TARGETS = (
    "i386-linux-gnu",
    "armv7-linux-gnueabi",
    "powerpc-linux-gnu",  # 32 bits, big-endian
    "s390x-linux-gnu",  # 64 bits, big-endian
)


def undefined_symbols(*objects: Path) -> dict[str, str]:
    """Map each undefined symbol to nm's letter: U, or w for weak."""
    listing = run("llvm-nm" if shutil.which("llvm-nm") else "nm", *objects).stdout
    undefined: dict[str, str] = {}
    defined: set[str] = set()
    for line in listing.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in {"U", "w"}:
            undefined[words[1]] = words[0]
        elif len(words) == 3:
            defined.add(words[2])
    return {name: letter for name, letter in undefined.items() if name not in defined}


def compile_all(tree: Path, *flags: str) -> list[Path]:
    objects = []
    for source in sorted(tree.glob("*.c")):
        objects.append(source.with_suffix(".o"))
        include = ROOT / "native" / "include"
        compile_c(*FREESTANDING, *flags, "-I", include, "-c", source, "-o", objects[-1])
    return objects


@pytest.fixture(scope="module")
def kernel_objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    tree = make_tree(tmp_path_factory.mktemp("kernel"), "7.15")
    return compile_all(tree, "-mno-sse", "-mgeneral-regs-only")


def test_one_object_for_a_kernel(kernel_objects: list[Path], tmp_path: Path) -> None:
    whole = tmp_path / "interpreter.o"
    assert run("ld", "-r", *kernel_objects, "-o", whole).returncode == 0
    undefined = undefined_symbols(whole)
    reports = {name for name in undefined if name.startswith("groundstop_report_")}
    assert reports == {"groundstop_report_element", "groundstop_report_detail"}
    assert {undefined[name] for name in reports} == {"w"}
    assert undefined.keys() - reports <= HOST_INTERFACE


def test_nothing_changes_but_what_the_host_gave(kernel_objects: list[Path]) -> None:
    for line in run("nm", *kernel_objects).stdout.splitlines():
        words = line.split()
        assert len(words) != 3 or words[1] not in set("bBdDcC"), line


@pytest.mark.parametrize("target", TARGETS)
def test_any_word_size_and_byte_order(tmp_path: Path, target: str) -> None:
    objects = compile_all(make_tree(tmp_path, "7.15"), f"--target={target}")
    undefined = undefined_symbols(*objects).keys()
    assert {name for name in undefined if not name.startswith("groundstop_report_")} <= (
        HOST_INTERFACE
    )


def test_only_the_public_header_is_visible(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, "7.15")
    library = tmp_path / "interpreter.so"
    sources = sorted(tree.glob("*.c"))
    include = ROOT / "native" / "include"
    compile_c("-O1", "-fPIC", "-shared", "-I", include, *sources, "-o", library)
    listing = run("nm", "-D", "--defined-only", library).stdout
    header = (CHANNEL / "ci.h").read_text(encoding="utf-8")
    names = {line.split()[-1] for line in listing.splitlines()}
    assert names
    assert all(f"{name}(" in header for name in names)
