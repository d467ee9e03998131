# SPDX-License-Identifier: Apache-2.0
"""The hooks that engines call: libFuzzer's two, AFL++'s, and what a driver may ask."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.campaign._stats import OPERATORS
from groundstop.config import find_project
from groundstop.format.table import encode
from groundstop.targets.channel.formats import Bundle
from groundstop.toolchain import build_mutator
from support.bundles import rich_bundle
from support.forms import deep
from support.mutating import ROOT, mask

ROOM = 4096


def library() -> Path:
    return build_mutator(project_state=find_project(ROOT).state)


def run(body: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the library as `lib` and a testcase as `data` in a process of its own."""
    seed = tmp_path / "seed"
    seed.write_bytes(rich_bundle().build())
    script = f"""
import ctypes
lib = ctypes.CDLL({str(library())!r})
data = open({str(seed)!r}, "rb").read()
def call(function, *arguments):
    function.restype = ctypes.c_size_t
    return function(*arguments)
def mutate(seed):
    buffer = ctypes.create_string_buffer(data, {ROOM})
    size = call(lib.LLVMFuzzerCustomMutator, buffer, len(data), {ROOM}, seed)
    return buffer.raw[:size]
{body}
"""
    return subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "table"
    path.write_bytes(encode(Bundle))
    return str(path)


def test_the_operator_of_the_last_call_is_known_and_counted(tmp_path: Path, table: str) -> None:
    body = """
assert lib.groundstop_mutator_last_operator() == 18
lib.groundstop_mutator_operator_count.restype = ctypes.c_uint64
for seed in range(100):
    before = [lib.groundstop_mutator_operator_count(op) for op in range(18)]
    assert mutate(seed) != data
    last = lib.groundstop_mutator_last_operator()
    after = [lib.groundstop_mutator_operator_count(op) for op in range(18)]
    assert [b - a for a, b in zip(before, after)] == [int(op == last) for op in range(18)]
"""
    done = run(body, tmp_path, GROUNDSTOP_FORMAT_TABLE=table)
    assert (done.returncode, done.stderr) == (0, "")


def test_operators_can_be_selected(tmp_path: Path, table: str) -> None:
    body = """
seen = set()
for seed in range(100):
    mutate(seed)
    seen.add(lib.groundstop_mutator_last_operator())
print(sorted(seen))
"""
    chosen = str(mask("insert", "agree"))
    done = run(body, tmp_path, GROUNDSTOP_FORMAT_TABLE=table, GROUNDSTOP_MUTATOR_OPERATORS=chosen)
    assert done.stdout.strip() == str([OPERATORS.index("insert"), OPERATORS.index("agree")])


def test_crossover_takes_from_the_other_input(tmp_path: Path, table: str) -> None:
    other = tmp_path / "other"
    other.write_bytes(rich_bundle(name=b"from the other").build())
    body = f"""
other = open({str(other)!r}, "rb").read()
out = ctypes.create_string_buffer({ROOM})
found = 0
for seed in range(100):
    inputs = data, len(data), other, len(other)
    size = call(lib.LLVMFuzzerCustomCrossOver, *inputs, out, {ROOM}, seed)
    assert 0 < size <= {ROOM}
    found += b"from the other" in out.raw[:size]
assert found
"""
    done = run(body, tmp_path, GROUNDSTOP_FORMAT_TABLE=table)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_table_one_line_says_so(tmp_path: Path) -> None:
    body = "for seed in range(3): assert mutate(seed) == data"  # there is no engine here
    done = run(body, tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("groundstop mutator: GROUNDSTOP_FORMAT_TABLE is not set")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("content", [None, b"", b"no table at all", encode(deep(33))])
def test_a_table_that_cannot_be_used_ends_the_process(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken"
    if content is not None:
        path.write_bytes(content)
    done = run("mutate(1); print('went on')", tmp_path, GROUNDSTOP_FORMAT_TABLE=str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"groundstop mutator: GROUNDSTOP_FORMAT_TABLE={path}: ")
    assert done.stderr.count("\n") == 1


def test_afl_gets_mutations_too(tmp_path: Path, table: str) -> None:
    body = f"""
lib.afl_custom_init.restype = ctypes.c_void_p
state = ctypes.c_void_p(lib.afl_custom_init(None, 7))
out = ctypes.c_void_p()
for _ in range(20):
    size = call(lib.afl_custom_fuzz, state, data, ctypes.c_size_t(len(data)), ctypes.byref(out),
                data, ctypes.c_size_t(len(data)), ctypes.c_size_t({ROOM}))
    assert 0 < size <= {ROOM}
    assert ctypes.string_at(out.value, 4) is not None
lib.afl_custom_deinit(state)
"""
    done = run(body, tmp_path, GROUNDSTOP_FORMAT_TABLE=table)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_library_shows_nothing_but_its_interface() -> None:
    command = [shutil.which("nm") or "nm", "-D", "--defined-only", str(library())]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    names = {line.split()[-1] for line in listed.stdout.splitlines()}
    strange = {n for n in names if not n.startswith(("groundstop_mutator_", "LLVMFuzzer", "afl_"))}
    assert not strange
    assert ctypes.CDLL(str(library())).groundstop_mutator_last_operator() == len(OPERATORS)


def test_the_mutator_itself_knows_no_engine() -> None:
    for source in (ROOT / "native" / "mutator").glob("*.c"):
        if source.name not in {"hook.c", "afl.c"}:
            assert "LLVMFuzzer" not in source.read_text(encoding="utf-8"), source
