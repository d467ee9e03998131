# SPDX-License-Identifier: Apache-2.0
"""What an entry finds in memory it has not written to, how much stack it uses, other entries."""

from __future__ import annotations

import pytest

from groundstop.errors import CoreError
from groundstop.model import Outcome, Sanitizer, Stage
from groundstop.replay import Worker
from support.replaying import SANITIZERS, died, fresh, survived

ADDRESS, UNDEFINED, PLAIN = SANITIZERS

FILLS = (0x00, 0x5A, 0xFF)
SHOWN = 48
KIB = 1024


def what(letter: str, amount: int = 0) -> bytes:
    return letter.encode() + amount.to_bytes(4, "little")


def shown(worker: Worker, data: bytes, fill: int | None) -> bytes:
    return survived(worker.run(data, fill=fill)).data


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize(
    "letter, size",
    [
        ("m", 64),
        ("m", 1000),
        ("m", 5000),
        ("m", 64 * KIB),
        ("a", 64),
        ("a", 8 * KIB),
        ("r", 56),
        ("r", 300),
        ("r", 60000),
        ("s", 0),
        ("S", 0),
    ],
)
def test_fresh_memory_holds_the_fill(sanitizer: Sanitizer, letter: str, size: int) -> None:
    with fresh(sanitizer) as worker:
        # Twice each: the second block is one that the first has just given back.
        for fill in (*FILLS, *FILLS):
            for _ in range(2):
                seen = shown(worker, what(letter, size), fill)
                assert set(seen) == {fill}
                assert len(seen) >= 2


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_the_stack_is_filled_up_to_the_very_first_frame(sanitizer: Sanitizer) -> None:
    with fresh(sanitizer) as worker:
        for fill in FILLS:
            seen = survived(worker.run(b"", entry="fresh_first", fill=fill)).data
            assert seen == bytes([fill]) * SHOWN


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize("size", [64, 1000, 64 * KIB, 64 * KIB + 1, 120 * KIB, 1 << 20])
def test_cleared_memory_is_clear_whatever_the_fill(sanitizer: Sanitizer, size: int) -> None:
    with fresh(sanitizer) as worker:
        for fill in (0xFF, 0x01, 0xFF):
            shown(worker, what("m", size), fill)
            assert shown(worker, what("c", size), fill) == bytes(SHOWN + 2)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_without_a_fill_nothing_is_filled_or_measured(sanitizer: Sanitizer) -> None:
    with fresh(sanitizer) as worker:
        assert survived(worker.run(what("u", 1000))).stack == 0
        for fill in (None, 0x33, None):
            outcome = survived(worker.run(what("m", 1000), fill=fill))
            assert (set(outcome.data) == {0x33}) == (fill == 0x33)
            assert (outcome.stack > 0) == (fill == 0x33)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize("fill", FILLS)
def test_the_stack_that_is_used_is_measured(sanitizer: Sanitizer, fill: int) -> None:
    amounts = [200, 5000, 70_000, 200_000]
    with fresh(sanitizer) as worker:
        results = worker.run_many([what("u", amount) for amount in amounts], fill=fill)
        assert survived(worker.run(b"", fill=fill)).stack < 1500
    for amount, result in zip(amounts, results, strict=True):
        # Frames, redzones and calls on the way; the amount itself is exact.
        assert amount <= survived(result).stack <= amount + 1500


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_more_stack_than_is_measured_counts_as_all_of_it(sanitizer: Sanitizer) -> None:
    with fresh(sanitizer) as worker:
        assert survived(worker.run(what("u", 400_000), fill=0)).stack == 256 * KIB
        # And it is as clean as ever for the next one.
        assert survived(worker.run(what("u", 5000), fill=0)).stack < 7000


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_another_entry_of_the_core_is_run(sanitizer: Sanitizer) -> None:
    with fresh(sanitizer) as worker:
        assert survived(worker.run(b"x", entry="fresh_other")).data == b"otherx"
        assert survived(worker.run(b"x")).returned == -1
        filled = survived(worker.run(b"y", entry="fresh_other", fill=1))
        assert filled.data == b"othery"
        assert filled.stack > 0


def test_entry_and_fill_outlast_a_death() -> None:
    inputs = [b"x", b"d", b"y", b"d", b"z"]
    with fresh(ADDRESS) as worker:
        results = worker.run_many(inputs, entry="fresh_other", fill=7)
    assert [died(results[index]).kind for index in (1, 3)] == ["abort", "abort"]
    rest = [survived(results[index]) for index in (0, 2, 4)]
    assert [outcome.data for outcome in rest] == [b"otherx", b"othery", b"otherz"]
    assert all(outcome.stack > 0 for outcome in rest)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
# Nowhere; not visible; of a library that the core is linked with; of the runner.
@pytest.mark.parametrize("entry", ["nowhere", "fresh_hidden", "atoi", "groundstop_report_stage"])
def test_a_missing_entry_is_an_error_that_names_it(sanitizer: Sanitizer, entry: str) -> None:
    with fresh(sanitizer) as worker:
        with pytest.raises(CoreError, match=rf"libtest-fresh\.so has no entry point {entry}:"):
            worker.run(b"x", entry=entry)
        assert survived(worker.run(b"x", entry="fresh_other")).data == b"otherx"


@pytest.mark.parametrize("entry", ["f()", "a b", "\N{LATIN SMALL LETTER E WITH ACUTE}", "f" * 244])
def test_what_names_no_function_is_refused(entry: str) -> None:
    with fresh(PLAIN) as worker, pytest.raises(CoreError, match="cannot be the name"):
        worker.run(b"x", entry=entry)


@pytest.mark.parametrize("fill", [-1, 256])
def test_a_fill_is_a_byte(fill: int) -> None:
    with fresh(PLAIN) as worker, pytest.raises(ValueError, match="0 to 255"):
        worker.run(b"x", fill=fill)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_all_that_a_core_reports_arrives(sanitizer: Sanitizer) -> None:
    with fresh(sanitizer) as worker:
        fuel, top, finding, unnamed, longest, all_of_it, nothing = (
            survived(result)
            for result in worker.run_many([*(what(letter) for letter in "ftFNXD"), b""])
        )
    assert (fuel.fuel, fuel.fuel_bound, fuel.fuel_excess) == (38, 28, 9)
    largest = 2**64 - 1
    assert (top.fuel, top.fuel_bound, top.fuel_excess) == (largest, largest, largest - 4)
    assert finding.finding == "the first\N{REPLACEMENT CHARACTER} one"
    assert unnamed.finding == "a check of the core, without a message"
    assert longest.finding == "x" * 255
    assert all_of_it == Outcome(
        returned=0,
        stage=Stage.EVALUATED,
        data=b"12345",
        elements=frozenset({(3, 1)}),
        details=frozenset({(3, 0), (3, 2), (65535, 7)}),
        finding="beside",
    )
    assert nothing == Outcome(-1, Stage.NONE)
