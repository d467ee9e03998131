/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"

#include <time.h>

#include "stats.h"

/* What Python may save up, in ns of its own time: short, so that bursts stay short. */
#define CREDIT_LIMIT_NS INT64_C(20000000)
/* Samples leave this much to outcomes not seen before. */
#define CREDIT_SAMPLE_NS (CREDIT_LIMIT_NS / 2)

static double share = 0.1;
/* Below 0 after a call that took more than there was. */
static int64_t credit_ns;

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

void gs_budget_spend(uint64_t ns, bool is_new)
{
	if (share >= 1.0)
		return;
	if (is_new && credit_ns <= 0)
		gs_allowance_spend(ns);
	else
		credit_ns -= (int64_t)ns;
}

bool gs_budget_allows_new(void)
{
	return share >= 1.0 || credit_ns > 0 || (share > 0.0 && gs_allowance_left());
}

bool gs_budget_allows_sample(void)
{
	return share >= 1.0 || credit_ns > CREDIT_SAMPLE_NS;
}
