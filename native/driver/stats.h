/* SPDX-License-Identifier: Apache-2.0 */
/* stats.h - numbers and outcome digests that the processes of a campaign share. */
#ifndef GROUNDSTOP_DRIVER_STATS_H
#define GROUNDSTOP_DRIVER_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "driver.h"

#pragma GCC visibility push(hidden)

/* Gathered by this process and not yet added to the shared numbers. */
struct gs_local_stats {
	uint64_t stage[GROUNDSTOP_STAGE_EVALUATED + 1];
	uint64_t not_kept;
	uint64_t python_calls;
	uint64_t python_ns;
	uint64_t busy_ns;
	uint64_t operator_inputs[GROUNDSTOP_STATS_OPERATORS];
	uint64_t operator_features[GROUNDSTOP_STATS_OPERATORS];
};

extern struct gs_local_stats gs_local;

/* Map the file that GROUNDSTOP_STATS names, or memory of our own. Call once. */
void gs_stats_open(void);

/* Add gs_local to the shared numbers and zero it; nothing in a forked child. */
void gs_stats_flush(void);

/* Count this process as one that libFuzzer ended because it was done. */
void gs_stats_conclude(void);

/* Note an outcome digest; false when some process of the campaign had it before. */
bool gs_digest_is_new(uint64_t digest);

/* Count edge number `edge` of all instrumented modules, once in a campaign. */
void gs_edge_seen(size_t edge);

/* Inputs that all processes of the campaign have run, nearly. */
uint64_t gs_inputs(void);

/* What an input takes, in ns, all that goes with it included; 0 before the first. */
uint64_t gs_average(void);

/* An input returned after `ns`, of which the most is kept. */
void gs_slowest_note(uint64_t ns);
uint64_t gs_slowest(void);

/* One did not, within `limit` ns. */
void gs_hang_seen(uint64_t limit);
bool gs_hang_was_seen(void);

/* Take `ns` from the campaign's allowance for new outcomes. */
void gs_allowance_spend(uint64_t ns);

/* Whether anything is left of it. */
bool gs_allowance_left(void);

/*
 * What all processes have earned for Python less what it took, in ns: below 0 it is owed,
 * also by those that have died.  What is saved has a limit.
 */
void gs_balance_add(int64_t ns);
int64_t gs_balance(void);

/* Python's start cost a process of the campaign `ns`, the last one so far. */
void gs_start_cost_set(int64_t ns);

/*
 * The balance at which another process may start it: what that will cost, and a little more
 * so that something comes of it.  Always within the limit; 0 before the first start.
 */
int64_t gs_start_price(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_STATS_H */
