/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "driver.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "budget.h"
#include "conduct.h"
#include "content.h"
#include "coverage.h"
#include "ending.h"
#include "guard.h"
#include "hooks.h"
#include "interrupt.h"
#include "stats.h"

#define EXPORT __attribute__((visibility("default")))

/* How often the clock is read: aim between these two. */
#define TICK_SHORT_NS UINT64_C(200000)
#define TICK_LONG_NS UINT64_C(1000000)
#define TICK_MAX_INPUTS UINT32_C(16384)

/* Of the preloaded mutator (mutator.h), where there is one. */
extern uint32_t groundstop_mutator_last_operator(void) __attribute__((weak));

/* Of AddressSanitizer's runtime, where that is what is preloaded behind us. */
void __asan_init(void) __attribute__((weak));

typedef int (*run_driver)(int *argc, char ***argv, groundstop_entry callback);

EXPORT int LLVMFuzzerRunDriver(int *argc, char ***argv, groundstop_entry callback);

static groundstop_entry entry;    /* the core's, or NULL */
static groundstop_entry callback; /* Atheris' */
static int returned;              /* by the entry, for the input that runs now */

static uint32_t until_tick = 1;
static uint32_t tick_inputs = 1;
static uint64_t last_tick_ns; /* 0 before the first input */

/*
 * Once in some hundred microseconds, however fast the core is: a clock reading
 * for each input would cost a fast core some percent.
 */
static void tick(void)
{
	uint64_t now = gs_clock_ns();
	uint64_t passed = last_tick_ns != 0 ? now - last_tick_ns : 0;

	gs_local.busy_ns += passed;
	gs_budget_earn(passed);
	gs_stats_flush();
	gs_conduct_restore_files();
	if (passed < TICK_SHORT_NS && tick_inputs < TICK_MAX_INPUTS)
		tick_inputs *= 2;
	else if (passed > TICK_LONG_NS && tick_inputs > 1)
		tick_inputs /= 2;
	last_tick_ns = now;
	until_tick = tick_inputs;
}

/*
 * In its first call Atheris replaces libFuzzer's SIGALRM handler by one that
 * measures from its last call, and so would take an input for hung whenever
 * Python was not wanted for a while.  libFuzzer's own measures each input.
 * Nothing is judged in this call, which Python knows.
 */
static void greet_atheris(const uint8_t *data, size_t size)
{
	struct sigaction alarm_before;

	sigaction(SIGALRM, NULL, &alarm_before);
	callback(data, size);
	sigaction(SIGALRM, &alarm_before, NULL);
}

/*
 * libFuzzer's clock for this input stands still: an oracle that takes its time is no core
 * that hangs.
 */
static void ask_python(const uint8_t *data, size_t size, bool is_alarm)
{
	const struct itimerval stopped = { 0 };
	struct itimerval timer;
	static bool called;
	uint64_t start = gs_clock_ns();
	uint64_t before = start - last_tick_ns;
	uint64_t spent;

	gs_local.python_calls++;
	setitimer(ITIMER_REAL, &stopped, &timer);
	gs_coverage_save();
	gs_hooks_off = true;
	if (!called) {
		greet_atheris(data, size);
		setitimer(ITIMER_REAL, &stopped, NULL);
	}
	callback(data, size);
	gs_hooks_off = false;
	gs_coverage_restore();
	setitimer(ITIMER_REAL, &timer, NULL);
	spent = gs_clock_ns() - start;
	gs_budget_earn(before);
	/* The first call imports the oracles.  An alarm is not out of the share. */
	if (!called)
		gs_budget_owe(spent);
	else if (!is_alarm)
		gs_budget_spend(spent);
	called = true;
	gs_local.python_ns += spent;
	gs_local.busy_ns += before + spent;
	last_tick_ns = start + spent;
}

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

/* Show the input to Python where there is a reason to, and time for it. */
static void consider_python(const uint8_t *data, size_t size)
{
	if (gs_report_alarms(gs_report_get())) {
		ask_python(data, size, true);
		return;
	}
	/* Without credit nothing could come of the digest. */
	if (!gs_budget_allows_new())
		return;
	if (gs_digest_is_new(gs_report_digest()) || gs_budget_allows_sample())
		ask_python(data, size, false);
}

/* Shadow memory cannot tell an empty heap block from one of a byte: point behind one. */
static const uint8_t *empty_input(void)
{
	static uint8_t *block;

	if (!block)
		block = malloc(1);
	return block ? block + 1 : NULL;
}

/* Of a core that wrote to its input, libFuzzer shall see it: it compares. */
static void show_writes(const uint8_t *data, const uint8_t *copy, size_t size)
{
	if (size != 0 && memcmp(data, copy, size) != 0)
		memcpy((uint8_t *)(uintptr_t)data, copy, size);
}

/* The core may exit, fork or smash the stack: who does it is to be known. */
static int call_watched(groundstop_entry wanted, const uint8_t *data, size_t size)
{
	int result;

	gs_core_runs = true;
	result = wanted(data, size);
	gs_core_runs = false;
	gs_conduct_end_children();
	return result;
}

/* Without AddressSanitizer nothing sees what is read behind a heap block. */
static int call_entry(groundstop_entry wanted, const uint8_t *data, size_t size)
{
	uint8_t *copy;
	int result;

	if (__asan_init != NULL)
		return call_watched(wanted, size != 0 ? data : empty_input(), size);
	copy = gs_guard_take(data, size);
	if (copy == NULL)
		return call_watched(wanted, data, size);
	result = call_watched(wanted, copy, size);
	show_writes(data, copy, size);
	gs_guard_release(copy, size);
	return result;
}

static int run_native(const uint8_t *data, size_t size)
{
	gs_report_reset();
	returned = call_entry(entry, data, size);
	gs_local.stage[gs_report_get()->stage]++;
	if (returned == -1)
		gs_local.not_kept++;
	note_coverage();
	if (--until_tick == 0)
		tick();
	consider_python(data, size);
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
	callback(data, size);
	gs_local.stage[gs_report_get()->stage]++;
	if (returned == -1)
		gs_local.not_kept++;
	note_coverage();
	now = gs_clock_ns();
	gs_local.python_ns += now - start;
	if (--until_tick == 0)
		tick();
	return returned;
}

static int run_one(const uint8_t *data, size_t size)
{
	if (last_tick_ns == 0) {
		gs_stats_open();
		gs_conduct_watch();
		gs_interrupt_defer();
		last_tick_ns = gs_clock_ns();
	}
	if (gs_interrupt_waiting)
		gs_interrupt_deliver();
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
	gs_lifeline_watch();
	gs_content_open();
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
	result = call_entry(wanted, copy, size);
	free(copy);
	return result;
}

EXPORT void groundstop_driver_discard(void)
{
	returned = -1;
}
