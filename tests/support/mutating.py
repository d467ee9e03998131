# SPDX-License-Identifier: Apache-2.0
"""The native mutator under ASan and UBSan, driven through tests/support/mutator_harness.c."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from groundstop.campaign._stats import OPERATORS
from groundstop.config import find_project
from groundstop.format import Record
from groundstop.format.table import encode
from groundstop.model import Sanitizer
from groundstop.toolchain import Recipe, build_program

ROOT = Path(__file__).resolve().parents[2]
MAX_SIZE = 4096

ALL = (1 << len(OPERATORS)) - 1

_OPEN, _MUTATE, _CROSS, _REPAIR, _STORM = range(5)
_REQUEST = struct.Struct("<6I")
_ANSWER = struct.Struct("<3I")


def mask(*names: str) -> int:
    return sum(1 << OPERATORS.index(name) for name in names)


HARMLESS = ALL & ~mask("break", "disagree", "bytes")


class Mutated(NamedTuple):
    data: bytes
    operator: str


class MutatorError(Exception):
    """The table was refused; the message is the mutator's."""


class Mutator:
    """One harness process; it dies, and the test with it, of anything that ASan sees."""

    def __init__(self, program: Path) -> None:
        environment = os.environ | {
            "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self.work = 0
        """Steps that the last call took."""

    def open(self, table: bytes, max_size: int = MAX_SIZE) -> None:
        answer, opened = self._ask(_OPEN, table, max_size=max_size)
        if not opened:
            raise MutatorError(answer.decode())

    def mutate(
        self, data: bytes, seed: int, *, operators: int = ALL, max_size: int = MAX_SIZE
    ) -> Mutated:
        return self._changed(_MUTATE, data, seed=seed, mask=operators, max_size=max_size)

    def cross(self, data: bytes, other: bytes, seed: int, *, operators: int = ALL) -> Mutated:
        return self._changed(_CROSS, data, other, seed=seed, mask=operators)

    def repair(self, data: bytes, *, max_size: int = MAX_SIZE) -> bytes:
        return self._changed(_REPAIR, data, max_size=max_size).data

    def storm(
        self, data: bytes, other: bytes, seed: int, times: int, *, operators: int = ALL
    ) -> None:
        """Chains of calls from `data`, mostly cut or damaged, with any room, each one checked."""
        self._ask(_STORM, data, other, seed=seed, max_size=times, mask=operators)

    def close(self) -> int:
        """End the process; return its exit status, which is not 0 when memory leaked."""
        self._process.communicate()
        return self._process.returncode

    def _changed(self, command: int, data: bytes, other: bytes = b"", **numbers: int) -> Mutated:
        changed, operator = self._ask(command, data, other, **numbers)
        return Mutated(changed, OPERATORS[operator])

    def _ask(  # noqa: PLR0913 - the fields of a request
        self,
        command: int,
        data: bytes,
        other: bytes = b"",
        *,
        seed: int = 0,
        mask: int = ALL,
        max_size: int = MAX_SIZE,
    ) -> tuple[bytes, int]:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        to.write(_REQUEST.pack(command, seed, max_size, mask, len(data), len(other)))
        to.write(data + other)
        to.flush()
        head = back.read(_ANSWER.size)
        assert len(head) == _ANSWER.size, f"the mutator died, exit status {self._process.wait()}"
        size, number, self.work = _ANSWER.unpack(head)
        return back.read(size), number


@contextmanager
def mutator(form: type[Record] | None = None, max_size: int = MAX_SIZE) -> Iterator[Mutator]:
    """Start the harness, with the table of a format where one is given."""
    made = Mutator(_program())
    if form is not None:
        made.open(encode(form), max_size)
    try:
        yield made
    finally:
        status = made.close()
    assert status == 0


def _program() -> Path:
    sources = sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "native" / "mutator").glob("*.c")
        if path.name not in {"hook.c", "afl.c"}
    )
    recipe = Recipe(
        name="mutator_harness",
        root=ROOT,
        sources=(*sources, "tests/support/mutator_harness.c", "tests/support/mutator_check.c"),
        headers=("native/mutator/*.h",),
        include=(ROOT / "native" / "mutator",),
        cflags=("-std=gnu11", "-DGSM_CHECKED", "-fsanitize=undefined", "-fno-sanitize-recover=all"),
        ldflags=("-fsanitize=undefined",),
        instrument=False,
    )
    return build_program(recipe, Sanitizer.ADDRESS, project_state=find_project(ROOT).state)
