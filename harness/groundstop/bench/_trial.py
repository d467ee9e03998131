# SPDX-License-Identifier: Apache-2.0
"""One trial: run one contender once, and measure from its own words when it said them."""

from __future__ import annotations

import functools
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.campaign import read_stats
from groundstop.errors import CampaignError

_INITED = re.compile(rb"^#(\d+)\s+INITED\b")
_STATUS = re.compile(rb"^#(\d+)\s+[A-Za-z]+\s+cov: (\d+)")
_EXECUTED = re.compile(rb"^stat::number_of_executed_units:\s+(\d+)")
_FOUND = re.compile(rb"^(==\d+==\s*ERROR: |SUMMARY: |.*Test unit written to )")
# Seconds beyond its budget after which a contender that does not stop is ended.
_GRACE = 20.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What one run showed.

    `inputs` were run in `seconds` of fuzzing (reading the seeds and starting up not
    counted); `edges` are (seconds, edges) pairs; `found_after` is when the process said
    that it found something, in seconds from the start of fuzzing, None if it did not.
    `evaluated` is the share of inputs that the core evaluated, None where nobody counts.
    """

    inputs: int
    seconds: float
    edges: tuple[tuple[float, int], ...]
    found_after: float | None
    evaluated: float | None = None

    @property
    def rate(self) -> float:
        """Inputs per second."""
        return self.inputs / self.seconds if self.seconds > 0 else 0.0


@functools.cache
def fixed_addresses() -> tuple[str, ...]:
    """Return the words that start a program without address randomization; none if that fails.

    libFuzzer learns from compares, those of pointers among them.
    """
    words = ("setarch", "-R")
    try:
        run = subprocess.run([*words, "true"], capture_output=True, check=False)
    except OSError:
        return ()
    return words if run.returncode == 0 else ()


def run_libfuzzer(
    command: list[str], environment: Mapping[str, str], budget: float, folder: Path
) -> Trial:
    """Run a program that takes libFuzzer's flags, for `budget` seconds or until it finds something.

    Raises CampaignError when it ends without having fuzzed.
    """
    # Our driver keeps numbers of its own; libFuzzer's count leaves out the edges of
    # inputs that the driver asks it not to keep.
    numbers = folder / "stats"
    watch = _Watch(numbers)
    flags = [f"-max_total_time={max(1, round(budget))}", "-print_final_stats=1"]
    # Looking for other processes' units goes by the clock, which no seed repeats.
    flags += [f"-artifact_prefix={folder}/", "-reload=0"]
    process = subprocess.Popen(  # (started in a group of its own: a fuzzer may have children)
        [*command, *flags],
        env={**os.environ, **environment, "GROUNDSTOP_STATS": str(numbers)},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        for line in _lines(process, time.monotonic() + budget + _GRACE):
            watch.see(line, time.monotonic())
    finally:
        _end(process)
    if watch.started is None:
        raise CampaignError(f"{command[0]} did not start fuzzing:\n{watch.tail()}")
    return watch.trial()


class _Watch:
    """Collects what a libFuzzer process says, with the time at which it says it."""

    def __init__(self, numbers: Path) -> None:
        self._numbers = numbers
        self.started: float | None = None
        self._first_inputs = 0
        self._inputs = 0
        self._last = 0.0
        self._edges: list[tuple[float, int]] = []
        self._found: float | None = None
        self._lines: list[bytes] = []

    def see(self, line: bytes, now: float) -> None:
        self._lines = [*self._lines[-30:], line]
        if self.started is None:
            if match := _INITED.match(line):
                self.started, self._first_inputs = now, int(match[1])
            return
        if self._found is None:
            # What is printed after a finding is its report, not fuzzing.
            self._last = now
        if match := _STATUS.match(line):
            self._inputs = int(match[1])
            edges = read_stats(self._numbers).edges or int(match[2])
            self._edges.append((now - self.started, edges))
        elif match := _EXECUTED.match(line):
            self._inputs = int(match[1])
        elif self._found is None and _FOUND.match(line):
            self._found = now - self.started

    def trial(self) -> Trial:
        assert self.started is not None  # noqa: S101  (the caller looked)
        stats = read_stats(self._numbers)
        counted = stats.executions > stats.silent
        return Trial(
            inputs=max(0, self._inputs - self._first_inputs),
            seconds=self._last - self.started,
            edges=tuple(self._edges),
            found_after=self._found,
            evaluated=stats.shares()["evaluated"] if counted else None,
        )

    def tail(self) -> str:
        return b"".join(self._lines).decode(errors="replace")


def _lines(process: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    """Yield the process's lines as they come, until it ends or the deadline passes."""
    assert process.stderr is not None  # noqa: S101  (opened as a pipe)
    pipe = process.stderr
    os.set_blocking(pipe.fileno(), False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                return
            block = os.read(pipe.fileno(), 65536)
            if not block:
                return
            *lines, rest = (rest + block).split(b"\n")
            yield from (line + b"\n" for line in lines)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.stderr is not None:
        process.stderr.close()
