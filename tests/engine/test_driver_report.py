# SPDX-License-Identifier: Apache-2.0
"""report.c, the provider of groundstop.h that driver and runner share, in a C program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from groundstop.toolchain import find_compiler, native_root

PRELUDE = """\
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"

static const struct gs_report *fresh(void)
{
	gs_report_reset();
	return gs_report_get();
}
"""

CASES = {
    "the furthest stage counts": """
	const struct gs_report *report = fresh();

	assert(report->stage == GROUNDSTOP_STAGE_NONE);
	groundstop_stage(GROUNDSTOP_STAGE_LOADED);
	groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
	assert(report->stage == GROUNDSTOP_STAGE_LOADED);
	groundstop_report_stage(4);
	groundstop_report_stage(UINT32_MAX);
	assert(report->stage == GROUNDSTOP_STAGE_LOADED);
""",
    "an outcome is its bytes, however they come": """
	uint64_t whole, split;

	fresh();
	groundstop_outcome("ABCDEFGHIJKLM", 13);
	whole = gs_report_digest();
	fresh();
	groundstop_outcome("A", 1);
	groundstop_outcome(NULL, 0);
	groundstop_outcome("BCDEFGH", 7);
	groundstop_outcome("IJKLM", 5);
	split = gs_report_digest();
	assert(whole == split && whole != 0);
	assert(gs_report_get()->outcome_size == 13);
	assert(memcmp(gs_report_get()->outcome, "ABCDEFGHIJKLM", 13) == 0);
""",
    "every bit and the length matter to the digest": """
	uint8_t bytes[40] = {0};
	uint64_t seen[40 * 8 + 41 + 4];
	size_t count = 0;

	for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
		fresh();
		bytes[bit / 8] = (uint8_t)(1u << bit % 8);
		groundstop_outcome(bytes, sizeof(bytes));
		bytes[bit / 8] = 0;
		seen[count++] = gs_report_digest();
	}
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		fresh();
		groundstop_outcome(bytes, size);
		seen[count++] = gs_report_digest();
	}
	for (uint32_t stage = 1; stage <= 3; stage++) {
		fresh();
		groundstop_report_stage(stage);
		seen[count++] = gs_report_digest();
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			assert(seen[i] != seen[k]);
""",
    "what is beyond the capacity is counted and digested": """
	size_t size = GS_REPORT_OUTCOME_CAPACITY + 5;
	uint8_t *bytes = calloc(1, size);
	const struct gs_report *report = fresh();
	uint64_t zeros, other, split;

	groundstop_outcome(bytes, size);
	assert(report->outcome_size == GS_REPORT_OUTCOME_CAPACITY);
	assert(report->outcome_dropped == 5);
	zeros = gs_report_digest();
	fresh();
	assert(report->outcome_size == 0 && report->outcome_dropped == 0);
	bytes[size - 1] = 1;
	groundstop_outcome(bytes, size);
	other = gs_report_digest();
	assert(other != zeros);
	fresh();
	groundstop_outcome(bytes, size - 3);
	groundstop_outcome(bytes + size - 3, 3);
	split = gs_report_digest();
	assert(other == split);
	free(bytes);
""",
    "an element is there once, with all its outcomes": """
	const struct gs_report *report = fresh();

	groundstop_element(7, 0);
	groundstop_element(7, 1);
	groundstop_element(7, 1);
	groundstop_element(65535, 7);
	assert(report->touched_count == 2);
	assert(report->touched[0] == 7 && report->mask[7] == 3);
	assert(report->touched[1] == 65535 && report->mask[65535] == 0x80);
	groundstop_element(65536, 0);
	groundstop_element(UINT32_MAX, 0);
	groundstop_element(7, 8);
	groundstop_element(7, UINT32_MAX);
	assert(report->elements_dropped == 4);
	assert(report->touched_count == 2 && report->mask[7] == 3);
""",
    "fuel is added up and the worst excess kept": """
	const struct gs_report *report = fresh();

	groundstop_fuel(10, 10);
	assert(report->fuel == 10 && report->fuel_bound == 10 && report->fuel_excess == 0);
	groundstop_fuel(5, 2);
	groundstop_fuel(9, 1);
	groundstop_fuel(3, 1);
	assert(report->fuel == 27 && report->fuel_bound == 14 && report->fuel_excess == 8);
	groundstop_fuel(UINT64_MAX, UINT64_MAX);
	assert(report->fuel == UINT64_MAX && report->fuel_bound == UINT64_MAX);
	assert(report->fuel_excess == 8);
	assert(gs_report_alarms(report));
""",
    "the first finding counts, cut to its limit": """
	char text[GROUNDSTOP_MAX_FINDING + 2];
	const struct gs_report *report = fresh();

	assert(!gs_report_alarms(report));
	memset(text, 'y', sizeof(text));
	text[GROUNDSTOP_MAX_FINDING + 1] = 0;
	groundstop_finding(text);
	groundstop_finding("another");
	assert(report->finding_size == GROUNDSTOP_MAX_FINDING);
	assert(memcmp(report->finding, text, GROUNDSTOP_MAX_FINDING) == 0);
	assert(gs_report_alarms(report));
	fresh();
	groundstop_finding("");
	assert(report->finding_size != 0);
""",
    "neither fuel nor findings are part of the digest": """
	uint64_t without, with;

	fresh();
	groundstop_outcome("x", 1);
	without = gs_report_digest();
	fresh();
	groundstop_outcome("x", 1);
	groundstop_fuel(5, 2);
	groundstop_finding("wrong");
	with = gs_report_digest();
	assert(with == without);
""",
    "nobody listens to details": """
	fresh();
	assert(!groundstop_wants_details());
	groundstop_detail(1, 1);
""",
    "a reset forgets everything": """
	const struct gs_report *report = fresh();
	uint64_t empty = gs_report_digest();

	for (uint32_t element = 0; element < GROUNDSTOP_MAX_ELEMENTS; element++)
		groundstop_element(element, element % GROUNDSTOP_MAX_OUTCOMES);
	assert(report->touched_count == GROUNDSTOP_MAX_ELEMENTS);
	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	groundstop_outcome("x", 1);
	groundstop_element(UINT32_MAX, 0);
	groundstop_fuel(5, 2);
	groundstop_finding("wrong");
	gs_report_reset();
	assert(report->fuel == 0 && report->fuel_bound == 0 && report->fuel_excess == 0);
	assert(report->finding_size == 0 && !gs_report_alarms(report));
	assert(report->touched_count == 0 && report->elements_dropped == 0);
	assert(report->stage == GROUNDSTOP_STAGE_NONE && report->outcome_size == 0);
	for (uint32_t element = 0; element < GROUNDSTOP_MAX_ELEMENTS; element++)
		assert(report->mask[element] == 0);
	assert(gs_report_digest() == empty);
""",
}


STRICT = (
    "-std=gnu11",
    "-fPIC",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wframe-larger-than=1024",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All cases in one program: the case's number is its argument."""
    folder = tmp_path_factory.mktemp("report")
    functions = "".join(
        f"static void case{i}(void)\n{{{body}}}\n" for i, body in enumerate(CASES.values())
    )
    table = ", ".join(f"case{i}" for i in range(len(CASES)))
    main = (
        f"static void (*const cases[])(void) = {{ {table} }};\n"
        "int main(int argc, char **argv)\n"
        "{\n\tassert(argc == 2);\n\tcases[atoi(argv[1])]();\n\treturn 0;\n}\n"
    )
    source = folder / "cases.c"
    source.write_text(PRELUDE + functions + main)
    root = native_root()
    command = [
        *find_compiler().command,
        "-std=c11",
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        f"-I{root / 'include'}",
        f"-I{root / 'driver'}",
        str(source),
        str(root / "driver" / "report.c"),
        "-o",
        str(folder / "cases"),
    ]
    subprocess.run(command, check=True)
    return folder / "cases"


@pytest.mark.parametrize("number", range(len(CASES)), ids=list(CASES))
def test_a_report(program: Path, number: int) -> None:
    run = subprocess.run([program, str(number)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("compiler_flags", [("-O1",), ("-O3",)])
def test_the_driver_compiles_under_every_warning(
    tmp_path: Path, compiler_flags: tuple[str, ...]
) -> None:
    root = native_root()
    for source in sorted((root / "driver").glob("*.c")):
        if source.name.startswith("runner"):
            continue
        command = [*find_compiler().command, *STRICT, *compiler_flags, f"-I{root / 'include'}"]
        made = str(tmp_path / f"{source.stem}.o")
        subprocess.run([*command, "-c", str(source), "-o", made], check=True)
