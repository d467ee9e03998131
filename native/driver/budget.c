/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"

#include <time.h>

#include "stats.h"

/* What Python may save up, in ns of its own time: short, so that bursts stay short. */
#define CREDIT_LIMIT_NS INT64_C(20000000)
/*
 * Samples are taken in bursts, from the first amount down to the second: going
 * back and forth for each would leave neither side anything in the caches.  What
 * remains below is for outcomes not seen before.
 */
#define BURST_START_NS (CREDIT_LIMIT_NS / 4 * 3)
#define BURST_END_NS (CREDIT_LIMIT_NS / 2)

/*
 * A call costs a third more than its time: digests are computed and caches lost
 * for it.  So the share is what fuzzing slows down by, all told.
 */
#define SURCHARGE 3

static double share = 0.1;
/* Below 0 after a call that took more than there was. */
static int64_t credit_ns;
static bool in_burst;

uint64_t gs_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

void gs_budget_set_share(double wanted)
{
	share = wanted >= 1.0 ? 1.0 : wanted > 0.0 ? wanted : 0.0;
}

void gs_budget_earn(uint64_t ns)
{
	double rate;

	if (share >= 1.0)
		return;
	/* `share` of the whole is share / (1 - share) of what is not Python. */
	rate = share / (1.0 - share);
	/* A second at a time: no overflow after a core that hung. */
	if (ns > UINT64_C(1000000000))
		ns = UINT64_C(1000000000);
	credit_ns += (int64_t)((double)ns * rate);
	if (credit_ns > CREDIT_LIMIT_NS)
		credit_ns = CREDIT_LIMIT_NS;
}

void gs_budget_owe(uint64_t ns)
{
	credit_ns -= (int64_t)(ns + ns / SURCHARGE);
}

void gs_budget_spend(uint64_t ns)
{
	/* In advance, not on top: what is earned later pays for it. */
	if (credit_ns <= 0)
		gs_allowance_spend(ns);
	gs_budget_owe(ns);
}

bool gs_budget_allows_new(void)
{
	return share >= 1.0 || credit_ns > 0 || (share > 0.0 && gs_allowance_left());
}

bool gs_budget_allows_sample(void)
{
	if (share >= 1.0)
		return true;
	if (in_burst && credit_ns < BURST_END_NS)
		in_burst = false;
	else if (!in_burst && credit_ns > BURST_START_NS)
		in_burst = true;
	return in_burst;
}
