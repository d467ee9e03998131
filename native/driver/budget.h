/* SPDX-License-Identifier: Apache-2.0 */
/* budget.h - keeps Python under its share of the time, and reads the clock seldom. */
#ifndef GROUNDSTOP_DRIVER_BUDGET_H
#define GROUNDSTOP_DRIVER_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Nanoseconds of a clock that never goes back. */
uint64_t gs_clock_ns(void);

void gs_budget_set_share(double share);

/*
 * Time went on by `ns` outside Python: Python earns its share of them.
 * What it earns and does not use is kept for a short while only.
 */
void gs_budget_earn(uint64_t ns);

/* Python took `ns` to judge an input. */
void gs_budget_spend(uint64_t ns);

/*
 * Python took `ns` to get ready, in its first call in this process: out of its share, but
 * not of what judging may take first.  The campaign as a whole owes it: this process may die.
 * From here on it counts as started.
 */
void gs_budget_owe(uint64_t ns);
bool gs_budget_has_started(void);

/*
 * Whether an outcome not seen before may be shown to Python.  Until it has started in this
 * process: whether the campaign can afford that.
 */
bool gs_budget_allows_new(void);

/* Whether a sample may: only from what new outcomes leave. */
bool gs_budget_allows_sample(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_BUDGET_H */
