# SPDX-License-Identifier: Apache-2.0
"""Every way in which a core can die is the result of the input that did it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundstop.errors import ReplayError
from groundstop.model import Sanitizer
from groundstop.replay import Worker
from support.campaigns import wait_for
from support.replaying import SANITIZERS, core, died, hostile, runner, survived

ADDRESS, UNDEFINED, PLAIN = SANITIZERS

KINDS = [
    (b"1", ADDRESS, "heap-buffer-overflow"),
    (b"1", UNDEFINED, "guard-page-overflow"),
    (b"1", PLAIN, "guard-page-overflow"),
    (b"w", ADDRESS, "overwrites-const-input"),
    (b"w", PLAIN, "overwrites-const-input"),
    (b"u", ADDRESS, "global-buffer-overflow"),
    (b"u", UNDEFINED, "out-of-bounds-index"),
    *((b"n", sanitizer, "SEGV") for sanitizer in SANITIZERS),
    *((b"j", sanitizer, "SEGV") for sanitizer in SANITIZERS),
    *((b"a", sanitizer, "abort") for sanitizer in SANITIZERS),
    *((b"e", sanitizer, "exit") for sanitizer in SANITIZERS),
    (b"E", ADDRESS, "exit"),
    (b"k", ADDRESS, "signal 9"),
    *((b"s", sanitizer, "stack-overflow") for sanitizer in SANITIZERS),
    *((b"S", sanitizer, "SEGV") for sanitizer in SANITIZERS),
    *((b"c", sanitizer, "closed-descriptors") for sanitizer in SANITIZERS),
    (b"C", ADDRESS, "heap-buffer-overflow"),
    (b"C", PLAIN, "guard-page-overflow"),
]


@pytest.mark.parametrize("data, sanitizer, kind", KINDS)
def test_a_death_is_named_and_the_next_input_lives(
    data: bytes, sanitizer: Sanitizer, kind: str
) -> None:
    with hostile(sanitizer) as worker:
        assert died(worker.run(data)).kind == kind
        assert survived(worker.run(b"xyz")).data == b"xyz"


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 4095, 4096, 4097, 70000])
def test_one_byte_past_an_input_of_any_size_is_seen(sanitizer: Sanitizer, size: int) -> None:
    with overreading(sanitizer) as worker:
        assert died(worker.run(bytes(size))).kind.endswith("overflow")


def overreading(sanitizer: Sanitizer) -> Worker:
    return Worker(core("overread", sanitizer), "overread_entry", runner(sanitizer), sanitizer)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_a_loop_without_end_is_a_timeout_with_a_stack(sanitizer: Sanitizer) -> None:
    with hostile(sanitizer, timeout=1.0, symbolize=True) as worker:
        death = died(worker.run(b"l"))
        assert death.kind == "timeout"
        assert "hostile_entry" in death.report
        assert survived(worker.run(b"x"))


def test_a_loop_that_blocks_all_signals_ends_too() -> None:
    with hostile(PLAIN, timeout=0.5) as worker:
        assert died(worker.run(b"L")).kind == "timeout"


def test_allocating_without_end_is_stopped_under_address() -> None:
    with hostile(ADDRESS, memory_mb=256) as worker:
        assert died(worker.run(b"m")).kind == "out-of-memory"
        assert survived(worker.run(b"x"))


@pytest.mark.parametrize("sanitizer, kind", [(UNDEFINED, "undefined-behavior"), (PLAIN, "SEGV")])
def test_allocating_without_end_gets_null_elsewhere(sanitizer: Sanitizer, kind: str) -> None:
    with hostile(sanitizer, memory_mb=256) as worker:
        # This core does not look at what malloc returns.
        assert died(worker.run(b"m")).kind == kind
        assert survived(worker.run(b"x"))


def test_a_leak_is_not_the_fault_of_the_input_that_meets_the_limit() -> None:
    with hostile(ADDRESS, memory_mb=256) as worker:
        results = worker.run_many([b"M"] * 60 + [b"x"])
    assert all(survived(result) for result in results)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_a_symbolized_report_names_function_file_and_line(sanitizer: Sanitizer) -> None:
    with hostile(sanitizer, symbolize=True) as worker:
        report = died(worker.run(b"2")).report
    frame = next(line for line in report.splitlines() if "#0 " in line)
    assert " in second_bug " in frame
    assert "hostile.c:" in frame
    assert "[libtest-hostile.so]" in frame
    summary = next(line for line in report.splitlines() if line.startswith("SUMMARY"))
    assert summary.endswith(" in second_bug")


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_a_jump_to_nowhere_names_who_jumped(sanitizer: Sanitizer) -> None:
    with hostile(sanitizer, symbolize=True) as worker:
        assert "#1 " in (report := died(worker.run(b"j")).report)
        assert "hostile.c:" in report


def test_what_the_core_printed_is_in_the_report_and_nowhere_else(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with hostile(PLAIN) as worker:
        assert survived(worker.run(b"p")).returned == 0
        assert survived(worker.run(b"x")).data == b"x"
    assert capfd.readouterr() == ("", "")


def test_standard_input_is_empty() -> None:
    with hostile(PLAIN) as worker:
        assert survived(worker.run(b"i")).returned == 0


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_children_of_the_core_neither_answer_nor_stay(sanitizer: Sanitizer) -> None:
    with hostile(sanitizer) as worker:
        results = worker.run_many([b"x", b"f", b"F", b"y", b"f", b"z"])
        assert [survived(r).data for r in results] == [b"x", b"", b"", b"y", b"", b"z"]
        group = worker_group(worker)
        assert len(members(group)) >= 3
    assert_ends(group)


def test_the_children_of_a_core_that_dies_are_ended() -> None:
    with hostile(PLAIN) as worker:
        survived(worker.run(b"f"))
        group = worker_group(worker)
        died(worker.run(b"n"))
        assert_ends(group)


def test_threads_may_stay_and_harm_nobody() -> None:
    with hostile(ADDRESS) as worker:
        results = worker.run_many([b"t", b"x", b"t", b"y"])
        assert [survived(r).data for r in results] == [b"", b"x", b"", b"y"]


def test_a_death_between_two_inputs_is_told_not_hidden() -> None:
    with hostile(PLAIN) as worker:
        survived(worker.run(b"T"))
        wait_for_death(worker)
        with pytest.raises(ReplayError, match="between two inputs"):
            worker.run(b"x")
        assert survived(worker.run(b"x"))


def test_a_death_after_the_last_input_is_told_by_close() -> None:
    worker = hostile(PLAIN)
    survived(worker.run(b"T"))
    wait_for_death(worker)
    with pytest.raises(ReplayError, match="between two inputs"):
        worker.close()


def test_no_state_crosses_a_death() -> None:
    with hostile(ADDRESS) as worker:
        counts = [survived(worker.run(b"r")).data for _ in range(3)]
        died(worker.run(b"n"))
        counts.append(survived(worker.run(b"r")).data)
    assert [int.from_bytes(count, "little") for count in counts] == [0, 1, 2, 0]


def worker_group(worker: Worker) -> int:
    # Which process it is, is nobody else's business than a test's.
    return worker._session.process.pid  # noqa: SLF001


def wait_for_death(worker: Worker) -> None:
    assert wait_for(lambda: not worker._session.process.alive())  # noqa: SLF001


def members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def assert_ends(group: int) -> None:
    assert wait_for(lambda: not members(group))
    assert group != os.getpgid(0)
