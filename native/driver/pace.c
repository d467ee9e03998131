/* SPDX-License-Identifier: Apache-2.0 */
#include "pace.h"

#include "budget.h"
#include "conduct.h"
#include "stats.h"

/* How often the clock is read: aim between these two. */
#define TICK_SHORT_NS UINT64_C(200000)
#define TICK_LONG_NS UINT64_C(1000000)
#define TICK_MAX_INPUTS UINT32_C(16384)

static uint32_t until_tick = 1;
static uint32_t tick_inputs = 1;
static uint64_t last_ns; /* 0 before the first input */

void gs_pace_begin(void)
{
	last_ns = gs_clock_ns();
}

bool gs_pace_has_begun(void)
{
	return last_ns != 0;
}

/*
 * Once in some hundred microseconds, however fast the core is: a clock reading
 * for each input would cost a fast core some percent.
 */
static void tick(void)
{
	uint64_t now = gs_clock_ns();
	uint64_t passed = now - last_ns;

	gs_local.busy_ns += passed;
	gs_budget_earn(passed);
	gs_stats_flush();
	gs_conduct_look();
	if (passed < TICK_SHORT_NS && tick_inputs < TICK_MAX_INPUTS)
		tick_inputs *= 2;
	else if (passed > TICK_LONG_NS && tick_inputs > 1)
		tick_inputs /= 2;
	last_ns = now;
	until_tick = tick_inputs;
}

void gs_pace_step(void)
{
	if (--until_tick == 0)
		tick();
}

uint64_t gs_pace_python(uint64_t start, uint64_t end)
{
	uint64_t before = start - last_ns;
	uint64_t spent = end - start;

	gs_budget_earn(before);
	gs_local.python_ns += spent;
	gs_local.busy_ns += before + spent;
	last_ns = end;
	return spent;
}
