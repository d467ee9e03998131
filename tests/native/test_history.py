# SPDX-License-Identifier: Apache-2.0
"""The 2024-07 patch: that day as docs/incident.md tells it, and what each check would have done."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

from support.cbuild import CBuild, compile_c, make_tree, run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

RELEASE = "releases/7.11.toml"
ALL = ("evaluate.c", "release.c", RELEASE, "template.c")

PASSES = "load: ok\nevent: ok, 0 matches\n"
MATCHES = "load: ok\nevent: ok, 1 matches\n"
CASES = [
    ("load", "clean", "load: ok\n"),
    ("wildcard", "dirty", MATCHES),
    ("any", "dirty", MATCHES),
    ("mismatch", "dirty", PASSES),
]


class Incident:
    def __init__(self, folder: Path, variant: str, *patched: str) -> None:
        self.tree = make_tree(folder, "7.11", *patched)
        self.program = CBuild(self.tree, variant).program("test_incident.c")

    def run(self, what: str, heap: str) -> subprocess.CompletedProcess[str]:
        return run(self.program, what, heap)


@pytest.fixture(scope="module")
def shipped_plain(tmp_path_factory: pytest.TempPathFactory) -> Incident:
    return Incident(tmp_path_factory.mktemp("plain"), "plain", *ALL)


@pytest.fixture(scope="module")
def shipped_sanitized(tmp_path_factory: pytest.TempPathFactory) -> Incident:
    return Incident(tmp_path_factory.mktemp("sanitized"), "sanitized", *ALL)


@pytest.mark.parametrize("what, heap, printed", CASES)
def test_what_passed_then(
    shipped_plain: Incident, shipped_sanitized: Incident, what: str, heap: str, printed: str
) -> None:
    for shipped in (shipped_plain, shipped_sanitized):
        done = shipped.run(what, heap)
        assert (done.returncode, done.stdout) == (0, printed), done.stderr


def test_a_criterion_on_input_21_passes_on_a_clean_heap(shipped_plain: Incident) -> None:
    done = shipped_plain.run("criterion", "clean")
    assert (done.returncode, done.stdout) == (0, PASSES), done.stderr


def test_a_criterion_on_input_21_dies_on_a_dirty_heap(shipped_plain: Incident) -> None:
    done = shipped_plain.run("criterion", "dirty")
    assert (done.returncode, done.stdout) == (-signal.SIGSEGV, "load: ok\n")


@pytest.mark.parametrize("heap", ["clean", "dirty"])
def test_a_criterion_on_input_21_is_caught_by_asan(shipped_sanitized: Incident, heap: str) -> None:
    done = shipped_sanitized.run("criterion", heap)
    assert done.returncode != 0
    assert done.stdout == "load: ok\n"
    assert "AddressSanitizer: heap-buffer-overflow" in done.stderr
    # "to the right of" (clang 14), "after" (clang 15 and newer).
    assert re.search(r"0 bytes (to the right of|after) 160-byte region", done.stderr)
    assert "in ci_criterion_evaluate" in done.stderr


def test_todays_release_takes_the_same_content(tmp_path: Path) -> None:
    today = Incident(tmp_path, "sanitized")
    done = today.run("criterion", "dirty")
    assert (done.returncode, done.stdout) == (0, MATCHES), done.stderr


def test_the_compiler_alone_holds_it(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, "7.11", RELEASE)
    with pytest.raises(AssertionError, match="ipc: declared and supplied inputs differ"):
        compile_c("-fsyntax-only", "-I", tree, tree / "release.c")


def test_loading_alone_holds_it(tmp_path: Path) -> None:
    incident = Incident(tmp_path, "plain", "evaluate.c", "release.c", RELEASE)
    assert incident.run("load", "dirty").stdout == "load: count mismatch\n"


def test_evaluating_alone_holds_it(tmp_path: Path) -> None:
    incident = Incident(tmp_path, "sanitized", "release.c", RELEASE, "template.c")
    done = incident.run("criterion", "dirty")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "load: ok\nevent: count mismatch, 0 matches\n"
