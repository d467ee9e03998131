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
static bool started; /* Python has been called: its imports are paid for */

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
	int64_t earned;

	if (share >= 1.0)
		return;
	/* `share` of the whole is share / (1 - share) of what is not Python. */
	rate = share / (1.0 - share);
	/* A second at a time: no overflow after a core that hung. */
	if (ns > UINT64_C(1000000000))
		ns = UINT64_C(1000000000);
	earned = (int64_t)((double)ns * rate);
	gs_balance_add(earned);
	credit_ns += earned;
	if (credit_ns > CREDIT_LIMIT_NS)
		credit_ns = CREDIT_LIMIT_NS;
}

static int64_t cost(uint64_t ns)
{
	return (int64_t)(ns + ns / SURCHARGE);
}

/*
 * The campaign has saved up for it; what it has not, this process pays back, and the
 * next ones if it dies before.
 */
void gs_budget_owe(uint64_t ns)
{
	int64_t balance;

	gs_balance_add(-cost(ns));
	gs_start_cost_set(cost(ns));
	balance = gs_balance();
	if (credit_ns > balance)
		credit_ns = balance;
	started = true;
}

bool gs_budget_has_started(void)
{
	return started;
}

void gs_budget_spend(uint64_t ns)
{
	/* In advance, not on top: what is earned later pays for it.  What is saved goes first. */
	if (credit_ns <= 0 && gs_balance() <= 0)
		gs_allowance_spend(ns);
	gs_balance_add(-cost(ns));
	credit_ns -= cost(ns);
}

/*
 * Processes that die early would each start Python and never earn that: it is saved up for,
 * by all of them together.  The first one of a campaign starts in advance.
 */
static bool affords_start(void)
{
	return gs_balance() >= gs_start_price();
}

bool gs_budget_allows_new(void)
{
	if (share >= 1.0 || share <= 0.0)
		return share >= 1.0;
	if (!started)
		return affords_start();
	return credit_ns > 0 || gs_balance() > 0 || gs_allowance_left();
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
