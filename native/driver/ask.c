/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>

#include "budget.h"
#include "call.h"
#include "coverage.h"
#include "hooks.h"
#include "pace.h"
#include "stats.h"

/*
 * In its first call Atheris replaces libFuzzer's SIGALRM handler by one that
 * measures from its last call, and so would take an input for hung whenever
 * Python was not wanted for a while.  libFuzzer's own measures each input.
 * Nothing is judged in this call, which Python knows.
 */
static void greet(groundstop_entry callback, const uint8_t *data, size_t size)
{
	const struct itimerval stopped = { 0 };
	struct sigaction alarm_before;

	sigaction(SIGALRM, NULL, &alarm_before);
	callback(data, size);
	sigaction(SIGALRM, &alarm_before, NULL);
	/* It also starts a timer of its own. */
	setitimer(ITIMER_REAL, &stopped, NULL);
}

/* The call that runs: since when, 0 for none, and what for. */
static uint64_t asked_at;
static bool asked_for_alarm;

/*
 * The first call imports the oracles, and a process that lives on has them.  An alarm is
 * not out of the share, nor is the start of a process that it ends.
 */
static void settle(bool has_returned)
{
	uint64_t spent = gs_pace_python(asked_at, gs_clock_ns());

	asked_at = 0;
	if (!gs_budget_has_started() && (has_returned || !asked_for_alarm))
		gs_budget_owe(spent);
	else if (!asked_for_alarm)
		gs_budget_spend(spent);
}

void gs_ask_settle(void)
{
	if (asked_at != 0)
		settle(false);
}

/*
 * libFuzzer's clock for this input stands still: an oracle that takes its time is no core
 * that hangs.
 */
static void ask(groundstop_entry callback, const uint8_t *data, size_t size, bool is_alarm)
{
	const struct itimerval stopped = { 0 };
	struct itimerval timer;

	asked_at = gs_clock_ns();
	asked_for_alarm = is_alarm;
	gs_local.python_calls++;
	setitimer(ITIMER_REAL, &stopped, &timer);
	gs_coverage_save();
	gs_call_save_depth();
	gs_hooks_off = true;
	if (!gs_budget_has_started())
		greet(callback, data, size);
	callback(data, size);
	gs_hooks_off = false;
	gs_call_restore_depth();
	gs_coverage_restore();
	setitimer(ITIMER_REAL, &timer, NULL);
	settle(true);
}

void gs_ask_perhaps(groundstop_entry callback, const uint8_t *data, size_t size)
{
	if (gs_report_alarms(gs_report_get())) {
		ask(callback, data, size, true);
		return;
	}
	/* Without credit nothing could come of the digest. */
	if (!gs_budget_allows_new())
		return;
	if (gs_digest_is_new(gs_report_digest()) || gs_budget_allows_sample())
		ask(callback, data, size, false);
}
