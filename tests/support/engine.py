# SPDX-License-Identifier: Apache-2.0
"""A project with small cores to fuzz, and ways to run its entry scripts for real."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# Says how far it got, keeps nothing that does not begin with its magic.
MAGIC_CORE = """\
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <groundstop.h>

int magic_entry(const uint8_t *data, size_t size);

int magic_entry(const uint8_t *data, size_t size)
{
	static unsigned long calls;
	uint8_t letters = 0;

	if (++calls == 5000)
		fprintf(stderr, "entry: call %lu\\n", calls);
#ifdef ALARMS
	/* Nobody listens to details while fuzzing. */
	if (groundstop_wants_details())
		abort();
	groundstop_fuel(3, 10);
	if (size > 4 && data[4] == 'W')
		groundstop_fuel(12, 10);
	if (size > 4 && data[4] == 'X')
		groundstop_finding("an X");
#endif
#ifdef INTERRUPTED
	/* As Ctrl-C would: once, or as often as it takes. */
	if (calls == 5000) {
		for (int i = 0; i < INTERRUPTED; i++)
			raise(SIGTERM);
		fprintf(stderr, "entry: returns\\n");
	}
#endif
	if (size < 4 || memcmp(data, "MAGI", 4) != 0) {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	groundstop_stage(GROUNDSTOP_STAGE_LOADED);
	if (size > 4 && data[4] == 'C')
		groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	for (size_t i = 4; i < size && i < 12; i++)
		letters = (uint8_t)(letters + (data[i] >= 'a' && data[i] <= 'z'));
	groundstop_outcome(&letters, 1);
	groundstop_element(letters, size % 2);
#ifdef OVERFLOW
	if (size >= 6 && data[4] == 'B' && data[5] == 'U') {
		volatile uint8_t *block = malloc(4);

		for (size_t i = 0; i < size; i++)
			block[i] = 1; /* at least six into four */
		free((void *)block);
	}
#endif
#ifdef HANG
	if (size >= 5 && data[4] == 'H') {
		if (getenv("HANG_MARK") != NULL)
			close(creat(getenv("HANG_MARK"), 0600));
		for (;;)
			sleep(1);
	}
#endif
	return 0;
}
"""

# Reads `size + PAST` bytes, PAST being 0 or 1; nothing else is wrong with it.
READING_CORE = """\
#include <stddef.h>
#include <stdint.h>

int reading_entry(const uint8_t *data, size_t size);

int reading_entry(const uint8_t *data, size_t size)
{
	volatile uint8_t sum = 0;

	if (ONLY_EMPTY && size != 0)
		return 0;
	for (size_t i = 0; i < size + PAST; i++)
		sum = (uint8_t)(sum + data[i]);
	return 0;
}
"""

# A mutator that always gives the same unit: if it is used, the corpus shows it.
MUTATOR = """\
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	(void)size;
	(void)seed;
	if (max < 9)
		return size;
	memcpy(data, "MAGICmutt", 9);
	return 9;
}
"""

TARGETS = '''\
"""Cores to fuzz."""

import os
from pathlib import Path

from groundstop.model import Judgement, Sanitizer, Stage, Variant, Verdict
from groundstop.target import Core, Target

HERE = Path(__file__).parent


def core(*cflags):
    return Core(root=HERE, sources=("magic.c",), entry="magic_entry", cflags=cflags)


def reading(past, only_empty=0):
    flags = (f"-DPAST={past}", f"-DONLY_EMPTY={only_empty}")
    return Core(root=HERE, sources=("reading.c",), entry="reading_entry", cflags=flags)


class Agrees:
    """Compares what the core reported with what these bytes must give."""

    name = "agrees"

    def variants(self, variant, fleet):
        return ()

    def judge(self, testcase, outcome, context):
        letters = sum(97 <= byte <= 122 for byte in testcase[4:12])
        if testcase[:4] != b"MAGI":
            expected = (-1, Stage.REJECTED, b"", frozenset())
        else:
            stage = Stage.EVALUATED if testcase[4:5] == b"C" else Stage.LOADED
            elements = frozenset({(letters, len(testcase) % 2)})
            expected = (0, stage, bytes([letters]), elements)
        seen = (outcome.returned, outcome.stage, outcome.data, outcome.elements)
        if seen != expected:
            return Judgement(Verdict.FINDING, f"{testcase!r}: {seen}, not {expected}")
        return Judgement(Verdict.PASS)


class NoSevenLetters:
    """Finds what only an outcome shows: seven letters behind the magic."""

    name = "no-seven"

    def variants(self, variant, fleet):
        return ()

    def judge(self, testcase, outcome, context):
        if outcome.data == bytes([7]):
            return Judgement(Verdict.FINDING, "seven letters")
        return Judgement(Verdict.PASS)


class RunsAnother:
    """Runs the core again on an input that goes further than those of the corpus."""

    name = "runs-another"

    def variants(self, variant, fleet):
        return ()

    def judge(self, testcase, outcome, context):
        from groundstop.native import load_core, preloaded_driver

        core = load_core(Path(os.environ["GROUNDSTOP_CORE"]), "magic_entry")
        again = preloaded_driver().execute(core.function, b"MAGICabcd")
        assert again.stage is Stage.EVALUATED
        assert again.data == bytes([4])
        return Judgement(Verdict.PASS)


class AgreesElsewhere:
    """Runs the input again, in processes of their own, in this build and a plain one."""

    name = "elsewhere"

    def variants(self, variant, fleet):
        return (variant, Variant(variant.release, Sanitizer.PLAIN))

    def judge(self, testcase, outcome, context):
        for variant in self.variants(context.variant, context.fleet):
            again = context.run(testcase, variant=variant, fill=0x11)
            if (again.returned, again.data) != (outcome.returned, outcome.data) or not again.stack:
                return Judgement(Verdict.FINDING, f"{again} on {variant}")
        if "HANG_MARK" in os.environ:
            context.run(b"MAGIH")
        return Judgement(Verdict.PASS)


class TakesItsTime:
    """Takes longer over its first input than any input may."""

    name = "takes-its-time"
    waited = False

    def variants(self, variant, fleet):
        return ()

    def judge(self, testcase, outcome, context):
        import time

        if not TakesItsTime.waited:
            TakesItsTime.waited = True
            time.sleep(5)
        return Judgement(Verdict.PASS)


magic = Target("magic", core(), oracles=(Agrees(),))
seven = Target("seven", core(), oracles=(NoSevenLetters(),))
another = Target("another", core(), oracles=(RunsAnother(),))
overflow = Target("overflow", core("-DOVERFLOW"))
slow = Target("slow", core(), oracles=(TakesItsTime(),))
hanging = Target("hanging", core("-DHANG"), oracles=(Agrees(),))
interrupted = Target("interrupted", core("-DINTERRUPTED=1"))
insisted = Target("insisted", core("-DINTERRUPTED=2"))
alarming = Target("alarming", core("-DALARMS"))
elsewhere = Target("elsewhere", core("-DHANG"), oracles=(AgreesElsewhere(),))
overread = Target("overread", reading(1))
emptyread = Target("emptyread", reading(1, 1))
# It links, but nobody who loads it sees its entry point.
broken = Target("broken", core("-fvisibility=hidden"))
'''

NAMES = (
    "magic",
    "seven",
    "another",
    "overflow",
    "hanging",
    "slow",
    "interrupted",
    "insisted",
    "alarming",
    "elsewhere",
    "overread",
    "emptyread",
    "broken",
)

# As fuzz/fuzz_channel.py is written; the shebang names this interpreter so that the tests
# do not depend on PATH.
SCRIPT = """\
#!{python}
import sys

from groundstop.campaign import fuzz_main

fuzz_main("{name}", sys.argv)
"""

_STATS = struct.Struct("<11QqQ")
_NAMES = (
    "magic",
    "silent",
    "rejected",
    "loaded",
    "evaluated",
    "not_kept",
    "python_calls",
    "python_ns",
    "busy_ns",
    "digests",
    "processes",
    "allowance_ns",
    "edges",
)


@dataclass(frozen=True)
class Run:
    status: int
    output: str
    stats: dict[str, int] = field(default_factory=dict)

    @property
    def inputs(self) -> int:
        return sum(self.stats[name] for name in ("silent", "rejected", "loaded", "evaluated"))


@dataclass(frozen=True)
class EngineProject:
    """A project folder; `run` starts one of its entry scripts and waits for it."""

    root: Path

    @classmethod
    def make(cls, root: Path, builds: Path) -> EngineProject:
        """Write the project; all projects share the build cache `builds`."""
        table = "\n".join(f'{name} = "cores:{name}"' for name in NAMES)
        (root / "fuzz").mkdir(parents=True)
        (root / "pyproject.toml").write_text(f"[tool.groundstop.targets]\n{table}\n")
        (root / "cores.py").write_text(TARGETS)
        (root / "magic.c").write_text(MAGIC_CORE)
        (root / "reading.c").write_text(READING_CORE)
        for name in NAMES:
            script = root / "fuzz" / f"fuzz_{name}.py"
            script.write_text(SCRIPT.format(python=sys.executable, name=name))
            script.chmod(0o755)
        (root / ".groundstop").mkdir()
        (root / ".groundstop" / "build").symlink_to(builds)
        return cls(root)

    def script(self, name: str) -> Path:
        return self.root / "fuzz" / f"fuzz_{name}.py"

    def seed(self, name: str, *contents: bytes) -> Path:
        folder = self.root / "corpus" / name / "seeds"
        folder.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(contents):
            (folder / f"seed{number}").write_bytes(content)
        return folder

    def evolved(self, name: str) -> set[bytes]:
        folder = self.root / "corpus" / name / "evolved"
        return {path.read_bytes() for path in folder.iterdir()}

    def findings(self, name: str, variant: str = "address") -> list[Path]:
        folder = self.root / ".groundstop" / "findings" / name / variant
        return sorted(p for p in folder.glob("*") if not p.suffix)

    def run(self, name: str, *arguments: str | Path, **environment: str) -> Run:
        stats = self.root / "stats"
        # A leftover of the process before would be added to.
        if "GROUNDSTOP_STATS" not in environment:
            stats.unlink(missing_ok=True)
        run = subprocess.run(
            [self.script(name), *arguments],
            cwd=self.root,
            env={**os.environ, "GROUNDSTOP_STATS": str(stats), **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=600,
            check=False,
        )
        path = environment.get("GROUNDSTOP_STATS", str(stats))
        return Run(run.returncode, run.stdout + run.stderr, read_stats(Path(path)) if path else {})


def read_stats(path: Path) -> dict[str, int]:
    """The file as driver.h describes it, read without the code under test."""
    head = path.read_bytes()[: _STATS.size] if path.exists() else b""
    # Before the first input there is no file, or an empty one.
    if len(head) < _STATS.size:
        return dict.fromkeys(_NAMES, 0)
    return dict(zip(_NAMES, _STATS.unpack(head), strict=True))
