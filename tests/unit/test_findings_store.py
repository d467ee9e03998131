# SPDX-License-Identifier: Apache-2.0
"""The store's promises: whole or not at all, the smallest input, any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.findings import Finding, FindingStore, Frame
from groundstop.findings._locate import find_target, known_variant, known_words
from groundstop.model import Release, Variant
from support.hostile_project import lines_project

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def store(tmp_path: Path) -> FindingStore:
    return FindingStore(Project(tmp_path, tmp_path / "corpus"), "toy")


def finding(line: int = 1, *, reproduced: bool = True) -> Finding:
    frame = Frame("f", "/src/a.c", line, "libtoy.so")
    return Finding("toy", Variant(), "SEGV", "", (frame,), reproduced)


def content(store: FindingStore) -> dict[str, tuple[bytes, str]]:
    return {s.finding.id: (s.input.read_bytes(), s.report.read_text()) for s in store}


def inodes(store: FindingStore) -> dict[str, int]:
    return {str(path): path.stat().st_ino for path in sorted(store.folder.rglob("*"))}


def test_a_finding_is_kept_with_its_input_and_report(store: FindingStore) -> None:
    stored = store.save(finding(), b"input", "report")
    assert stored.folder == store.folder / finding().id
    assert sorted(p.name for p in stored.folder.iterdir()) == [
        "finding.json",
        "input",
        "report.txt",
    ]
    assert store.load(finding().id) == stored
    assert content(store) == {finding().id: (b"input", "report")}


def test_saving_twice_changes_nothing(store: FindingStore) -> None:
    store.save(finding(), b"input", "report")
    before = inodes(store)
    store.save(finding(), b"input", "report")
    assert inodes(store) == before


def test_the_smallest_input_is_kept(store: FindingStore) -> None:
    for data in (b"123456", b"1234567", b"123", b"1234"):
        stored = store.save(
            replace(finding(), detail=f"{len(data)} bytes"), data, f"of {len(data)}"
        )
    # What is returned is what is there.
    assert stored.finding.detail == "3 bytes"
    assert content(store) == {finding().id: (b"123", "of 3")}


def test_the_smallest_of_input_and_minimized_is_known(store: FindingStore) -> None:
    stored = store.save(finding(), b"123456", "")
    assert stored.smallest == stored.input
    store.keep_minimized(stored, b"1234")
    assert stored.smallest == stored.minimized
    store.save(finding(), b"9999", "")
    assert stored.smallest == stored.minimized
    store.save(finding(), b"123", "")
    assert stored.smallest == stored.input


def test_what_was_reproduced_wins_over_what_was_not(store: FindingStore) -> None:
    store.save(finding(reproduced=False), b"1", "not again")
    store.save(finding(), b"123", "again")
    store.save(finding(reproduced=False), b"1", "not again")
    assert content(store) == {finding().id: (b"123", "again")}


def test_two_bugs_are_two_findings(store: FindingStore) -> None:
    store.save(finding(1), b"x", "")
    store.save(finding(2), b"x", "")
    assert len(list(store)) == 2


def test_an_empty_store_has_no_findings(store: FindingStore) -> None:
    assert list(store) == []
    assert store.load("0123456789abcdef") is None


def test_what_is_no_finding_is_left_out_and_replaced(store: FindingStore) -> None:
    broken = store.folder / finding().id
    broken.mkdir(parents=True)
    (broken / "finding.json").write_text("{")
    (store.folder / "address").mkdir()
    assert list(store) == []
    store.save(finding(), b"x", "r")
    assert content(store) == {finding().id: (b"x", "r")}


def test_a_finding_without_its_input_is_unknown_and_replaced(store: FindingStore) -> None:
    store.save(finding(), b"x", "r").input.unlink()
    assert list(store) == []
    store.save(finding(), b"longer", "r")
    assert content(store) == {finding().id: (b"longer", "r")}


def test_a_finding_nested_too_deep_is_unknown(store: FindingStore) -> None:
    place = store.save(finding(), b"x", "r").folder
    (place / "finding.json").write_text("[" * 100_000)
    assert list(store) == []
    (place / "finding.json").unlink()
    os.mkfifo(place / "finding.json")
    assert list(store) == []


def test_what_a_file_belongs_to_is_told_without_the_others(tmp_path: Path) -> None:
    project, target = lines_project(tmp_path)
    folder = project.corpus_of("lines") / "regressions"
    (folder / "a.finding.toml").write_text("broken")
    (folder / "b.line").write_text("line: b")
    (folder / "b.finding.toml").write_text(
        'input = "b.line"\nwhat = "It broke."\noracle = "memory"\nrelease = "7.11@2024-07"\n'
    )
    variant = Variant(Release("7.11", "2024-07"))
    assert known_variant(project, target, folder / "b.line") == variant
    assert known_words(project, target, folder / "b.line") == "It broke."
    assert known_variant(project, target, tmp_path / "other") is None
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="loop"):
        find_target(project, tmp_path / "loop")


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / ".groundstop").write_text("a file, not a folder")
    store = FindingStore(Project(tmp_path, tmp_path / "corpus"), "toy")
    with pytest.raises(InputError, match="cannot be written"):
        store.save(finding(), b"x", "")


def save_many(store: FindingStore, first: int) -> None:
    for round_ in range(10):
        for line in range(5):
            size = 100 - 10 * round_ + first
            store.save(finding(line), b"x" * size, str(size))


def test_processes_may_save_at_once(store: FindingStore) -> None:
    processes = [FORK.Process(target=save_many, args=(store, first)) for first in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert content(store) == {finding(line).id: (b"x" * 10, "10") for line in range(5)}


def save_for_ever(store: FindingStore) -> None:
    size = 1_000_000
    while True:
        size -= 1
        store.save(finding(), b"x" * size, str(size))


def test_whoever_is_killed_while_saving_leaves_a_whole_finding(store: FindingStore) -> None:
    store.save(finding(), b"x" * 1_000_000, "1000000")
    for round_ in range(15):
        process = FORK.Process(target=save_for_ever, args=(store,))
        process.start()
        time.sleep(0.01 + 0.003 * round_)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        # The next save is what cleans up; until then a finding may be on its way only.
        store.save(finding(2), b"x", "1")
        data, report = content(store)[finding().id]
        assert len(data) == int(report)
        assert not [p for p in store.folder.iterdir() if p.name.startswith((".new-", ".old-"))]


def test_a_finding_on_its_way_out_is_listed(store: FindingStore) -> None:
    """Whoever looks next need not be one that saves."""
    place = store.save(finding(), b"input", "report").folder
    place.rename(place.with_name(f".old-{place.name}"))
    assert content(store) == {finding().id: (b"input", "report")}
    place.rename(place.with_name(f".old-{place.name}"))
    assert store.load(finding().id) is not None


def test_a_finding_on_its_way_out_comes_back(store: FindingStore) -> None:
    """Killed between the two renames: the old one is all there is."""
    place = store.save(finding(), b"input", "report").folder
    place.rename(place.with_name(f".old-{place.name}"))
    (store.folder / ".new-abc").mkdir()
    store.save(finding(2), b"x", "")
    assert content(store)[finding().id] == (b"input", "report")
    assert not (store.folder / ".new-abc").exists()
