/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "driver.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "budget.h"
#include "call.h"
#include "conduct.h"
#include "content.h"
#include "coverage.h"
#include "ending.h"
#include "hang.h"
#include "interrupt.h"
#include "pace.h"
#include "stats.h"
#include "unit.h"
#include "witness.h"

#define EXPORT __attribute__((visibility("default")))

/* Of the preloaded mutator (mutator.h), where there is one. */
extern uint32_t groundstop_mutator_last_operator(void) __attribute__((weak));

typedef int (*run_driver)(int *argc, char ***argv, groundstop_entry callback);

EXPORT int LLVMFuzzerRunDriver(int *argc, char ***argv, groundstop_entry callback);

static groundstop_entry entry;    /* the core's, or NULL */
static groundstop_entry callback; /* Atheris' */
static int returned;              /* by the entry, for the input that runs now */

/* Note what the input covered, and credit the operator that made it. */
static void note_coverage(void)
{
	uint32_t features = gs_coverage_note();
	uint32_t op;

	gs_content_note();
	if (!groundstop_mutator_last_operator)
		return;
	op = groundstop_mutator_last_operator();
	if (op < GROUNDSTOP_STATS_OPERATORS) {
		gs_local.operator_inputs[op]++;
		gs_local.operator_features[op] += features;
	}
}

static int run_native(const uint8_t *data, size_t size)
{
	gs_report_reset();
	gs_hang_begin(data, size);
	returned = gs_call(entry, data, size);
	gs_hang_end();
	gs_local.stage[gs_report_get()->stage]++;
	if (returned == -1)
		gs_local.not_kept++;
	note_coverage();
	gs_pace_step();
	gs_ask_perhaps(callback, data, size);
	return returned == -1 ? -1 : 0;
}

/* A Python callable is the entry point: Atheris' callback for every input. */
static int run_python(const uint8_t *data, size_t size)
{
	uint64_t start = gs_clock_ns();
	uint64_t now;

	gs_report_reset();
	returned = 0;
	gs_local.python_calls++;
	gs_hang_begin(data, size);
	callback(data, size);
	gs_hang_end();
	gs_local.stage[gs_report_get()->stage]++;
	if (returned == -1)
		gs_local.not_kept++;
	note_coverage();
	now = gs_clock_ns();
	gs_local.python_ns += now - start;
	gs_pace_step();
	return returned;
}

static int run_one(const uint8_t *data, size_t size)
{
	if (!gs_pace_has_begun()) {
		gs_stats_open();
		gs_conduct_watch();
		gs_witness_start();
		gs_interrupt_defer();
		gs_hang_watch(entry != NULL);
		gs_pace_begin();
	}
	if (gs_interrupt_waiting)
		gs_interrupt_deliver();
	/* Not before: what the last input has found is stored by now. */
	if (gs_conduct_is_spent)
		gs_conduct_start_anew();
	gs_call_begin();
	return entry ? run_native(data, size) : run_python(data, size);
}

int LLVMFuzzerRunDriver(int *argc, char ***argv, groundstop_entry wrapped)
{
	run_driver next;
	int status;

	*(void **)&next = dlsym(RTLD_NEXT, "LLVMFuzzerRunDriver");
	if (!next) {
		fputs("groundstop: no libFuzzer behind the driver; preload the sanitizer runtime "
		      "of atheris after it\n", stderr);
		return 1;
	}
	callback = wrapped;
	gs_unit_place(*argc, *argv);
	gs_hang_limit(*argc, *argv);
	gs_lifeline_watch();
	gs_content_open();
	gs_coverage_add_extra();
	status = next(argc, argv, run_one);
	gs_stats_flush();
	return status;
}

EXPORT int groundstop_driver_version(void)
{
	return GROUNDSTOP_DRIVER_VERSION;
}

EXPORT void groundstop_driver_set_entry(groundstop_entry wanted)
{
	entry = wanted;
}

EXPORT void groundstop_driver_set_share(double share)
{
	gs_budget_set_share(share);
}

EXPORT const struct gs_report *groundstop_driver_report(void)
{
	return gs_report_get();
}

EXPORT int groundstop_driver_returned(void)
{
	return returned;
}

EXPORT int groundstop_driver_execute(groundstop_entry wanted, const uint8_t *data, size_t size)
{
	uint8_t *copy = NULL;
	int result;

	gs_report_reset();
	if (size != 0) {
		copy = malloc(size);
		if (!copy)
			return 0;
		memcpy(copy, data, size);
	}
	/* For an oracle: what the input counted is kept meanwhile. */
	if (entry)
		gs_coverage_reset_extra();
	result = gs_call(wanted, copy, size);
	free(copy);
	return result;
}

EXPORT void groundstop_driver_discard(void)
{
	returned = -1;
}
