# SPDX-License-Identifier: Apache-2.0
"""Many inputs at once: order, attribution, and what a worker says of a core that is none."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.errors import CoreError, InputError, ReplayError
from groundstop.files import MAX_INPUT
from groundstop.model import Death, Outcome, Sanitizer, Stage
from groundstop.replay import Pool, Worker, replay
from support.campaigns import wait_for
from support.replaying import SANITIZERS, core, died, hostile, runner, survived

ADDRESS, UNDEFINED, PLAIN = SANITIZERS


def numbered(count: int) -> list[bytes]:
    return [b"_%d" % number for number in range(count)]


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize("letter", [b"1", b"n", b"a", b"e", b"k", b"c"])
def test_a_death_in_the_middle_of_a_thousand_costs_no_other_outcome(
    sanitizer: Sanitizer, letter: bytes
) -> None:
    inputs = numbered(1000)
    inputs[500] = letter
    with hostile(sanitizer) as worker:
        results = worker.run_many(inputs)
    assert len(results) == 1000
    assert isinstance(results.pop(500), Death)
    expected = [data for data in inputs if data != letter]
    assert [survived(result).data for result in results] == expected


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_a_core_that_writes_over_the_shared_memory_spoils_no_other_outcome(
    sanitizer: Sanitizer,
) -> None:
    inputs = numbered(100)
    inputs[50] = b"!"
    with hostile(sanitizer) as worker:
        results = worker.run_many(inputs)
    del inputs[50], results[50]
    assert [survived(result).data for result in results] == inputs


def test_a_hang_in_the_middle_of_a_batch_is_that_input() -> None:
    inputs = numbered(300)
    inputs[100] = b"l"
    with hostile(ADDRESS, timeout=1.5) as worker:
        results = worker.run_many(inputs)
    assert [i for i, result in enumerate(results) if isinstance(result, Death)] == [100]
    assert died(results[100]).kind == "timeout"


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_pool_keeps_the_order_whatever_dies(workers: int) -> None:
    inputs = numbered(5000)
    deaths = {0, 7, 8, 1500, 1501, 4999}
    for index in deaths:
        inputs[index] = b"a"
    with Pool(lambda: hostile(PLAIN), workers) as pool:
        results = list(pool.run(inputs))
    assert {i for i, result in enumerate(results) if isinstance(result, Death)} == deaths
    for data, result in zip(inputs, results, strict=True):
        assert isinstance(result, Death) or result.data == data


def test_a_pool_reads_its_inputs_only_some_way_ahead() -> None:
    taken = itertools.count()

    def endless() -> Iterator[bytes]:
        while True:
            next(taken)
            yield b"x"

    results = replay(endless(), lambda: hostile(PLAIN), 2)
    assert [survived(result).data for result in itertools.islice(results, 100)] == [b"x"] * 100
    results.close()
    assert next(taken) < 100_000


def test_inputs_larger_than_a_batch_takes_are_run() -> None:
    large = [b"_" * size for size in (3 << 20, 5, 3 << 20, 9 << 20, 0, 1 << 20)]
    with hostile(PLAIN) as worker:
        outcomes = [survived(result) for result in worker.run_many(large)]
    # The report keeps the first 64 KiB of an outcome and counts elements beyond its limit.
    assert [len(outcome.data) for outcome in outcomes] == [65536, 5, 65536, 65536, 0, 65536]
    assert outcomes[0].elements_dropped == (3 << 20) - 65536


def test_an_input_over_the_limit_is_an_error_that_says_so() -> None:
    with hostile(PLAIN) as worker, pytest.raises(InputError, match="64 MiB"):
        worker.run(bytes(MAX_INPUT + 1))


def test_an_outcome_is_what_the_core_reported() -> None:
    with hostile(ADDRESS) as worker:
        outcome = survived(worker.run(b"_a"))
        assert outcome == Outcome(0, Stage.EVALUATED, b"_a", frozenset({(0, 1), (1, 1)}))
        counted = survived(worker.run(b"r"))
    assert (counted.returned, counted.stage) == (-1, Stage.REJECTED)


def test_no_inputs_give_no_results() -> None:
    with hostile(PLAIN) as worker:
        assert worker.run_many([]) == []
        survived(worker.run(b"x"))
        assert worker.run_many([]) == []


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_a_core_may_be_initialized_as_libfuzzer_does(sanitizer: Sanitizer) -> None:
    with hostile(sanitizer) as worker:
        # 'I' returns 1 when LLVMFuzzerInitialize was called, and is then reported back.
        assert survived(worker.run(b"I")).data == b"I"


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_the_very_core_that_is_fuzzed_can_be_replayed(sanitizer: Sanitizer) -> None:
    library = core("hostile", sanitizer).read_bytes()
    assert b"__sanitizer_cov_8bit_counters_init" in library
    with hostile(sanitizer) as worker:
        assert survived(worker.run(b"x"))


def test_a_missing_core_is_an_error_of_the_core(tmp_path: Path) -> None:
    with (
        Worker(tmp_path / "none.so", "f", runner(PLAIN), PLAIN) as worker,
        pytest.raises(CoreError, match=r"none\.so.*No such file"),
    ):
        worker.run(b"")


def test_a_core_that_is_no_library_is_an_error_of_the_core(tmp_path: Path) -> None:
    (tmp_path / "core.so").write_text("not a library")
    with (
        Worker(tmp_path / "core.so", "f", runner(ADDRESS), ADDRESS) as worker,
        pytest.raises(CoreError, match=r"core\.so: cannot be loaded"),
    ):
        worker.run(b"")


def test_a_missing_entry_point_is_named() -> None:
    with (
        Worker(core("hostile", PLAIN), "nothing", runner(PLAIN), PLAIN) as worker,
        pytest.raises(CoreError, match="undefined symbol: nothing"),
    ):
        worker.run(b"")


def test_a_core_that_dies_while_it_is_loaded_is_an_error_of_the_core() -> None:
    with (
        Worker(core("dies_early", ADDRESS), "f", runner(ADDRESS), ADDRESS) as worker,
        pytest.raises(CoreError, match="died while it was loaded"),
    ):
        worker.run(b"")


def test_a_core_of_another_sanitizer_is_an_error_of_the_core() -> None:
    with (
        Worker(core("hostile", ADDRESS), "hostile_entry", runner(PLAIN), PLAIN) as worker,
        pytest.raises(CoreError, match="undefined symbol: __asan"),
    ):
        worker.run(b"")


def test_a_missing_runner_is_an_error_of_the_environment(tmp_path: Path) -> None:
    with (
        Worker(core("hostile", PLAIN), "f", tmp_path / "runner", PLAIN) as worker,
        pytest.raises(ReplayError, match="cannot be started"),
    ):
        worker.run(b"")


def test_a_runner_that_is_none_is_an_error_of_the_environment() -> None:
    with (
        Worker(core("hostile", PLAIN), "f", Path("/bin/true"), PLAIN) as worker,
        pytest.raises(ReplayError, match="before it was ready"),
    ):
        worker.run(b"")


def test_a_worker_is_of_use_after_an_error() -> None:
    with hostile(PLAIN) as worker:
        with pytest.raises(InputError):
            worker.run(bytes(MAX_INPUT + 1))
        assert survived(worker.run(b"x"))


def test_preloads_of_a_campaign_do_not_reach_the_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/nowhere/asan_with_fuzzer.so")
    monkeypatch.setenv("ASAN_OPTIONS", "exitcode=0:log_path=/nowhere/log")
    with hostile(ADDRESS) as worker:
        assert died(worker.run(b"1")).kind == "heap-buffer-overflow"


def open_descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def children() -> set[str]:
    return {
        child
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
    }


def test_workers_leave_no_process_and_no_descriptor_behind() -> None:
    before = open_descriptors(), children()
    with Pool(lambda: hostile(PLAIN), 2) as pool:
        list(pool.run([b"x", b"n", b"f", b"x"] * 10))
    assert (open_descriptors(), children()) == before


def test_a_runner_ends_when_its_parent_is_killed() -> None:
    """Also one whose core never returns: nothing else would ever end it."""
    tests = str(Path(__file__).resolve().parents[1])
    code = (
        f"import sys; sys.path.insert(0, {tests!r})\n"
        "from support.replaying import hostile, SANITIZERS\n"
        "worker = hostile(SANITIZERS[2], timeout=1000)\n"
        "worker.run(b'x')\n"
        "print(worker._session.process.pid, flush=True)\n"
        "worker.run(b'l')\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_for(lambda: state(pid) == "Z")


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_a_coverage_build_writes_its_profile_when_the_worker_is_closed(tmp_path: Path) -> None:
    profile = tmp_path / "core.profraw"
    with Worker(
        core("hostile", Sanitizer.COVERAGE),
        "hostile_entry",
        runner(PLAIN),
        Sanitizer.COVERAGE,
        environment={"LLVM_PROFILE_FILE": str(profile)},
    ) as worker:
        survived(worker.run(b"x"))
    assert profile.stat().st_size > 0
