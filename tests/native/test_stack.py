# SPDX-License-Identifier: Apache-2.0
"""The declared stack: the deepest chain of calls, from the compiler's frames and its code.

Measuring one run shows what that run took; the graph of calls shows what any run can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from support.cbuild import CHANNEL, KERNEL, ROOT, compile_c, make_tree, run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RETURN_ADDRESS = 8
FRAME_POINTER = 8  # a kernel may keep them
LEVELS = ("-O0", "-O2")
# What may be called and not be there: the kernel's memory functions, and who listens.
OUTSIDE = {"memcpy", "memset", "memcmp", "memmove", "bcmp"}
LISTENERS = "groundstop_report_"

_FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>\w+)>:$")
_CALL = re.compile(r"\t(?:call|jmp) +[0-9a-f]+ <(?P<name>\w+)>$")
_ANY_CALL = re.compile(r"\t(?:call|jmp) +[0-9a-f]+ <")
_RELOCATION = re.compile(r": R_X86_64_(?:PLT32|PC32)\t(?P<name>\w+)-0x4$")

Function = tuple[str, str]  # object and name: a static name may be in two objects


@dataclass
class Calls:
    """Frames in bytes, and who calls whom; calls through pointers are the host's."""

    frames: dict[Function, int] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    called: dict[Function, set[str]] = field(default_factory=dict)

    def add(self, compiled: Path) -> None:
        for line in compiled.with_suffix(".su").read_text(encoding="utf-8").splitlines():
            place, size, kind = line.split("\t")
            self.frames[compiled.stem, place.rpartition(":")[2]] = int(size)
            self.kinds.add(kind)
        lines = run("objdump", "-dr", "--no-show-raw-insn", compiled).stdout.splitlines()
        here: Function | None = None
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if found := _FUNCTION.match(line):
                here = compiled.stem, found["name"]
                self.called[here] = set()
            elif here and _ANY_CALL.search(line):
                target = _RELOCATION.search(following) or _CALL.search(line)
                if target:
                    self.called[here].add(target["name"])

    def targets(self, function: Function) -> Iterable[Function]:
        for name in self.called[function]:
            if (function[0], name) in self.frames:
                yield function[0], name
                continue
            others = [each for each in self.frames if each[1] == name]
            assert others or name in OUTSIDE or name.startswith(LISTENERS), f"{name}: unknown"
            yield from others

    def deepest(self, function: Function, path: tuple[Function, ...] = ()) -> int:
        """The most bytes below the caller's frame; fails where a function comes back."""
        assert function not in path, f"{function[1]} calls itself: {path}"
        below = (self.deepest(each, (*path, function)) for each in self.targets(function))
        return self.frames[function] + RETURN_ADDRESS + FRAME_POINTER + max(below, default=0)


def calls_of(tree: Path, level: str) -> Calls:
    calls = Calls()
    for source in sorted(tree.glob("*.c")):
        flags = (*KERNEL, level, "-fPIC", "-fstack-usage", "-I", ROOT / "native" / "include")
        compile_c(*flags, "-c", source, "-o", source.with_suffix(".o"))
        calls.add(source.with_suffix(".o"))
    return calls


def public() -> list[str]:
    header = (CHANNEL / "ci.h").read_text(encoding="utf-8")
    return re.findall(r"^\w[\w *]*?(ci_\w+)\([^;]*\);", header, re.MULTILINE)


def declared() -> int:
    header = (CHANNEL / "ci.h").read_text(encoding="utf-8")
    found = re.search(r"#define CI_MAX_STACK (\d+)u", header)
    assert found is not None
    assert f"`CI_MAX_STACK` ({found[1]})" in (CHANNEL / "README.md").read_text(encoding="utf-8")
    return int(found[1])


@pytest.mark.parametrize("level", LEVELS)
def test_no_call_takes_more_stack_than_declared(tmp_path: Path, level: str) -> None:
    calls = calls_of(make_tree(tmp_path, "7.15"), level)
    assert calls.kinds == {"static"}
    roots = [each for each in calls.frames if each[1] in public()]
    assert {"ci_load", "ci_evaluate", "ci_fuel_limit"} <= {name for _, name in roots}
    depths = {name: calls.deepest((unit, name)) for unit, name in roots}
    # Nothing of the graph was lost: loading reads a file, evaluating runs patterns.
    assert depths["ci_evaluate"] > calls.frames["pattern", "ci_pattern_search"]
    assert depths["ci_load"] > calls.frames["channel", "ci_content_read"]
    assert max(depths.values()) <= declared(), depths


def test_planted_a_function_that_calls_itself_is_seen(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, "7.15")
    sensor = tree / "sensor.c"
    sound = sensor.read_text(encoding="utf-8")
    freed = "	if (references == 0)\n"
    again = "	if (references > 1)\n		release(sensor, content);\n"
    assert freed in sound
    sensor.write_text(sound.replace(freed, again + freed), encoding="utf-8")
    with pytest.raises(AssertionError, match="release calls itself"):
        calls_of(tree, "-O0").deepest(("sensor", "ci_load"))
