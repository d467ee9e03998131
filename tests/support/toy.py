# SPDX-License-Identifier: Apache-2.0
"""A small project with a core of its own, made in a folder: what a user's project looks like."""

from __future__ import annotations

from pathlib import Path

PYPROJECT = """\
[project]
name = "toy-project"
version = "0"

[tool.groundstop.targets]
toy = "toy_target:target"
"""

TARGET = '''\
"""A core that takes any bytes."""

from pathlib import Path

from groundstop.target import Core, Target

HERE = Path(__file__).parent


class Raw:
    """Content that is its own testcase: no text form, no definitions."""

    suffixes = ()

    def compile(self, source, part=""):
        return source.read_bytes()

    def testcase(self, source):
        return source.read_bytes()

    def join(self, candidate, events):
        return candidate

    def recognizes(self, data):
        return True

    def show(self, data):
        return data.hex(" ")

    def describe(self, outcome):
        return [outcome.stage.name.lower()]

    def check_definition(self, source):
        return []

    def check_release(self, source, release, tree):
        return []

    def check_outcome(self, source, check):
        return None


target = Target(
    "toy", Core(root=HERE, sources=("toy.c",), entry="toy_entry"), content=Raw()
)
'''

CORE = """\
#include <string.h>
#include <groundstop.h>

int toy_entry(const uint8_t *data, size_t size);

int toy_entry(const uint8_t *data, size_t size)
{
	volatile uint8_t sum = 0;

	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	for (size_t i = 0; i < size LIMIT; i++)
		sum = (uint8_t)(sum + data[i]);
	return 0;
}
"""

ENTRY_SCRIPT = '''\
#!/usr/bin/env python3
"""Fuzz the toy core."""

import sys

from groundstop.campaign import fuzz_main

if __name__ == "__main__":
    fuzz_main("toy", sys.argv)
'''


def make_toy(folder: Path, *, reads_past_its_input: bool = False) -> Path:
    """Write the project into `folder` and return it.

    With `reads_past_its_input` the core reads exactly one byte too many, and nothing
    else is wrong with it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "toy_target.py").write_text(TARGET)
    limit = "+ 1" if reads_past_its_input else ""
    (folder / "toy.c").write_text(CORE.replace("size LIMIT", f"size {limit}".strip()))
    seeds = folder / "corpus" / "toy" / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "hello.bin").write_bytes(b"hello")
    script = folder / "fuzz" / "fuzz_toy.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(ENTRY_SCRIPT)
    script.chmod(0o755)
    return folder
