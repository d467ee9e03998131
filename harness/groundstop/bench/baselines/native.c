/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native fuzzer that ours is measured against: the same core, and the very
 * libFuzzer that Atheris brings, in an ordinary C program.
 *
 * With the same seed it runs the same inputs as ours does without oracles, so that inputs
 * per second compare like with like.  Another version of libFuzzer chooses others: clang
 * 14's keeps those for which the entry point returns -1, and they are cheap.
 *
 * Two things are here for that.  The core's reports go nowhere, but they are taken: a core
 * that does not report has other branches.  And the core is called from the same frame
 * (depth.h), because libFuzzer keeps inputs by the depth of the stack as well.
 */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "depth.h"
#include "groundstop.h"

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*entry)(const uint8_t *data, size_t size));
int ENTRY(const uint8_t *data, size_t size);

void groundstop_report_stage(uint32_t stage)
{
	(void)stage;
}

void groundstop_report_outcome(const void *data, size_t size)
{
	(void)data;
	(void)size;
}

void groundstop_report_element(uint32_t element, uint32_t outcome)
{
	(void)element;
	(void)outcome;
}

void groundstop_report_fuel(uint64_t spent, uint64_t bound)
{
	(void)spent;
	(void)bound;
}

void groundstop_report_finding(const char *message)
{
	(void)message;
}

static int run_one(const uint8_t *data, size_t size)
{
	gs_depth_begin();
	return gs_depth_call(ENTRY, data, size);
}

int main(int argc, char **argv)
{
	return LLVMFuzzerRunDriver(&argc, &argv, run_one);
}
