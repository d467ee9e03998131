# SPDX-License-Identifier: Apache-2.0
"""A libFuzzer harness as it is, in a folder that knows nothing of Groundstop."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support.command import Run, groundstop
from support.libraries import share_builds, shared_object

# Finds its header beside itself, another one through --cflags, and insists on being initialized.
HARNESS = """\
#include "../lib/vm.h"

static int initialized;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	initialized += *argc == 1 && (*argv)[0] != 0 && (*argv)[1] == 0;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (initialized != 1)
		__builtin_trap();
	return vm(data, size);
}
"""
HEADER = """\
#include <stddef.h>
#include <stdint.h>
#include <limit.h>
int vm(const uint8_t *data, size_t size);
"""
SOURCE = """\
#include "vm.h"

int vm(const uint8_t *data, size_t size)
{
	return size > 1 && data[0] == 'V' && data[LIMIT ? size : 0] == 1 ? -1 : 0;
}
"""
CPLUSPLUS = """\
#include <cstdint>
#include <stdexcept>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	std::vector<uint8_t> copy(data, data + size);

	try {
		if (!copy.empty() && copy.at(0) == 'V')
			return copy.data()[copy.size()] == 1 ? -1 : 0;
		copy.at(size + 1);
	} catch (const std::out_of_range &) {
	}
	return 0;
}
"""

# Only what its own functions make of an input has the right check byte; nothing else goes on.
MASKED = """\
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static uint64_t sum(const uint8_t *data, size_t size)
{
	uint64_t hash = 0x5bd1e995;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

/* Neither side of this compare stands in the input, so libFuzzer cannot put it there. */
static uint64_t mixed(uint64_t value)
{
	return (value ^ value >> 31) * 0xbf58476d1ce4e5b9u;
}

static size_t sealed(uint8_t *data, size_t size)
{
	uint64_t check = sum(data, size);

	memcpy(data + size, &check, 8);
	return size + 8;
}

#ifdef MUTATOR
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	(void)seed;
	if (max_size < 16)
		return size;
	size = LLVMFuzzerMutate(data, size < 8 ? 0 : size - 8, max_size - 8);
	return sealed(data, size);
}
#endif

#ifdef CROSSOVER
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_size, unsigned seed);

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_size, unsigned seed)
{
	(void)data1, (void)size1, (void)data2, (void)size2;
	if (max_size < 16)
		return 0;
	memset(out, (int)(seed % 256), 4);
	return sealed(out, 4);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t check;

	if (size < 9)
		return 0;
	memcpy(&check, data + size - 8, 8);
	if (mixed(check) == mixed(sum(data, size - 8)) && data[0] > 127)
		return data[size];
	return 0;
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    share_builds(tmp_path)
    for name, text in {
        "fuzz dir/My-Fuzz.c": HARNESS,
        "fuzz dir/plus.cc": CPLUSPLUS,
        "lib/vm.h": HEADER,
        "lib/vm.c": SOURCE,
        "conf/limit.h": "#define LIMIT 1\n",
        "masked.c": MASKED,
        "one.c": "int LLVMFuzzerTestOneInput(const char *d) { return *d; }\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


WHOLE = ("--harness", "fuzz dir/My-Fuzz.c", "--sources", "lib/vm.c", "--cflags", "-Iconf -DA=1")


def fuzz(folder: Path, *arguments: str) -> Run:
    return groundstop("fuzz", "--seconds", "300", "--stop", "--json", *arguments, cwd=folder)


def finding_of(run: Run) -> dict[str, object]:
    assert run.status == 1, run.output
    (finding,) = json.loads(run.stdout)["findings"]
    assert isinstance(finding, dict)
    return finding


def test_a_harness_is_fuzzed_and_its_findings_are_those_of_a_target(folder: Path) -> None:
    seeds = folder / ".groundstop" / "corpus" / "my_fuzz" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "one").write_bytes(b"WWWW")
    finding = finding_of(fuzz(folder, *WHOLE))
    assert (finding["kind"], finding["target"]) == ("heap-buffer-overflow", "my_fuzz")
    assert groundstop("corpus", "stats", cwd=folder).status == 0
    assert str(finding["headline"]).endswith(" in vm at lib/vm.c:5")
    assert not (folder / "corpus").exists()
    # Whether a unit is kept before the finding is luck.
    assert (folder / ".groundstop" / "corpus" / "my_fuzz" / "evolved").is_dir()
    # What takes a target's name takes this one's; replay initializes it, too.
    stored = f".groundstop/findings/my_fuzz/{finding['id']}/input"
    again = groundstop("repro", stored, cwd=folder)
    assert again.status == 1, again.output
    assert "reproduces on my_fuzz address" in again.stdout
    assert "heap-buffer-overflow" in again.stdout
    below = groundstop("repro", f"../{stored}", cwd=folder / "lib")
    assert below.status == 1, below.output
    assert "my_fuzz" in groundstop("list", cwd=folder).stdout
    lines = groundstop("coverage", "my_fuzz", cwd=folder)
    assert "lib/vm.c" in lines.stdout, lines.output


@pytest.mark.slow
def test_a_header_that_changes_is_compiled_again(folder: Path) -> None:
    (folder / "conf" / "limit.h").write_text("#define LIMIT 0\n")
    quiet = groundstop("fuzz", *WHOLE, "--seconds", "1", "--workers", "2", cwd=folder)
    assert quiet.status == 0, quiet.output
    vm = folder / "lib" / "vm.h"
    vm.write_text(f"{HEADER}#undef LIMIT\n#define LIMIT 1\n")
    assert finding_of(fuzz(folder, "my_fuzz"))["kind"] == "heap-buffer-overflow"


@pytest.mark.slow
def test_cplusplus_is_compiled_as_such(folder: Path) -> None:
    finding = finding_of(fuzz(folder, "--harness", "fuzz dir/plus.cc"))
    assert (finding["kind"], finding["target"]) == ("heap-buffer-overflow", "plus")
    undefined = ("--sanitizer", "undefined", "--seconds", "1")
    run = groundstop("fuzz", "plus", *undefined, cwd=folder)
    assert run.status == 0, run.output


def test_a_name_that_is_mangled_is_told_as_that(folder: Path) -> None:
    text = (folder / "fuzz dir" / "plus.cc").read_text().replace('extern "C"', "")
    (folder / "mangled.cc").write_text(text)
    run = fuzz(folder, "--harness", "mangled.cc")
    assert run.status == 2
    assert 'in C++ as extern "C"' in run.output


@pytest.mark.parametrize("defined", ["MUTATOR", "CROSSOVER"])
def test_its_own_mutator_is_the_one_that_mutates(folder: Path, defined: str) -> None:
    finding = finding_of(fuzz(folder, "--harness", "masked.c", f"--cflags=-D{defined}"))
    assert (finding["kind"], finding["reproduced"]) == ("heap-buffer-overflow", True)
    (written,) = (folder / ".groundstop" / "logs").glob("masked*.log")
    log = written.read_text()
    # libFuzzer mutates otherwise where a hook is there: exactly those that the harness has.
    assert ("found LLVMFuzzerCustomMutator" in log) == (defined == "MUTATOR")


def test_an_object_is_linked_and_fuzzed_as_it_was_compiled(folder: Path) -> None:
    flags = ["-g", "-O1", "-fPIC", "-c", "-Iconf", "fuzz dir/My-Fuzz.c", "-o", "fuzz.o"]
    subprocess.run(["clang", *flags], cwd=folder, check=True)
    arguments = ("--harness", "fuzz.o", "--sources", "lib/vm.c", "--include", "conf")
    finding = finding_of(fuzz(folder, *arguments))
    assert (finding["kind"], finding["sanitizer"]) == ("guard-page-overflow", "plain")
    subprocess.run(["clang", "-fsanitize=address,fuzzer-no-link", *flags], cwd=folder, check=True)
    finding = finding_of(fuzz(folder, *arguments))
    assert (finding["kind"], finding["sanitizer"]) == ("heap-buffer-overflow", "address")


def test_a_shared_object_with_the_entry_point_is_a_harness(folder: Path) -> None:
    sanitized = "-fsanitize=address,fuzzer-no-link"
    shared_object(folder / "libfuzz.so", "-Dvm_fuzz=LLVMFuzzerTestOneInput", sanitized)
    finding = finding_of(fuzz(folder, "--harness", "libfuzz.so"))
    assert (finding["kind"], finding["target"]) == ("heap-buffer-overflow", "libfuzz")


@pytest.mark.slow
def test_two_harnesses_of_one_name_stay_apart(folder: Path) -> None:
    other = folder / "other" / "my_fuzz.c"
    other.parent.mkdir()
    other.write_text(
        "int LLVMFuzzerTestOneInput(const char *data, unsigned long size)\n{ return 0; }\n"
    )
    assert groundstop("fuzz", *WHOLE, "--seconds", "1", cwd=folder).status in {0, 1}
    for _ in range(2):
        assert groundstop("fuzz", "--harness", other, "--seconds", "1", cwd=folder).status == 0
    names = sorted(path.stem for path in (folder / ".groundstop" / "harness").iterdir())
    assert len(names) == 2
    assert names[0] == "my_fuzz"
    assert names[1].startswith("my_fuzz_")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--harness", "none.c"), "none.c: no such file"),
        (("--harness", "lib"), "lib: a folder"),
        (("--harness", "conf/limit.h"), "a harness is a C or C++ file, an object"),
        (("--harness", "lib/vm.c", "--cflags=-Iconf"), "define `int LLVMFuzzerTestOneInput"),
        (("--harness", "lib/vm.c"), "'limit.h' file not found"),
        (("--harness", "one.c"), "is `int (const char *)`, which is no entry point"),
        ((*WHOLE, "--sources", "gone.c"), "gone.c: no such file"),
        ((*WHOLE, "vm"), "name a target or a property, or give --harness"),
        ((), "name a target or a property, or give --harness"),
        (("vm", "--sources", "lib/vm.c"), "go with --harness"),
        ((*WHOLE, "--cflags", "'"), "No closing quotation"),
    ],
)
def test_what_is_wrong_with_a_harness_is_said(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    run = groundstop("fuzz", *arguments, "--seconds", "2", cwd=folder)
    assert run.status == 2, run.output
    assert words in run.output
    assert "Traceback" not in run.output
    # What never was a harness is no target from now on.
    assert not list((folder / ".groundstop" / "harness").glob("*.json"))
