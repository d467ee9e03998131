# SPDX-License-Identifier: Apache-2.0
"""Many inputs over several workers, results in the order of the inputs."""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from types import TracebackType
from typing import Self

from groundstop.replay._arena import MAX_BATCH
from groundstop.replay._worker import Result, Worker

# Few at first: a short list is spread over all workers, a slow core gives its first results soon.
_FIRST_BATCH = 8
_BATCH_BYTES = 1 << 20
# Finished batches that may wait for a slow one before them, for each worker.
_AHEAD = 4


class Pool:
    """Several workers, each made by `make`, used together; a context manager.

    `workers` defaults to the number of processors.  One thread drives them all: the work
    is done by the runners.
    """

    def __init__(self, make: Callable[[], Worker], workers: int | None = None) -> None:
        count = workers or os.cpu_count() or 1
        self._workers = [make() for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ExitStack() as stack:
            for worker in self._workers:
                # All of them, also when the first one to be closed has something to say.
                stack.callback(worker.close if error is None else worker.abandon)

    def run(self, inputs: Iterable[bytes]) -> Generator[Result]:
        """Yield one result for each input, in order; raises as `Worker.run` does.

        `inputs` may be endless: it is read a few batches ahead.  Each death is the result
        of exactly the input that caused it, whatever batch that was in.
        """
        batches = _batches(iter(inputs))
        busy: dict[Worker, int] = {}
        finished: dict[int, list[Result]] = {}
        idle = deque(self._workers)
        following = begun = 0
        more = True
        try:
            while more or busy or finished:
                while idle and more and begun - following < _AHEAD * len(self._workers):
                    batch = next(batches, None)
                    if batch is None:
                        more = False
                        break
                    worker = idle.popleft()
                    worker.submit(batch)
                    busy[worker] = begun
                    begun += 1
                if busy:
                    _wait_for_any(busy)
                    # All of them: one that hangs must look at its clock while others answer.
                    for worker in list(busy):
                        if worker.advance(0):
                            finished[busy.pop(worker)] = worker.collect()
                            idle.append(worker)
                while following in finished:
                    yield from finished.pop(following)
                    following += 1
        finally:
            # Also when the reader stops early: what still runs is not waited for.
            for worker in busy:
                worker.abandon()


def replay(
    inputs: Iterable[bytes], make: Callable[[], Worker], workers: int | None = None
) -> Generator[Result]:
    """Run inputs on workers made by `make`; yield one result for each input, in order."""
    with Pool(make, workers) as pool:
        yield from pool.run(inputs)


def _wait_for_any(workers: Iterable[Worker]) -> None:
    """Wait until a worker has something to say, or should look at its clock."""
    poll = select.poll()
    patience = float("inf")
    for worker in workers:
        patience = min(patience, worker.patience)
        for descriptor in worker.pollable:
            poll.register(descriptor, select.POLLIN)
    poll.poll(patience * 1000)


def _batches(inputs: Iterator[bytes]) -> Iterator[list[bytes]]:
    size = _FIRST_BATCH
    while True:
        batch: list[bytes] = []
        total = 0
        for data in islice(inputs, size):
            batch.append(data)
            total += len(data)
            if total >= _BATCH_BYTES:
                break
        if not batch:
            return
        yield batch
        size = min(size * 2, MAX_BATCH)
