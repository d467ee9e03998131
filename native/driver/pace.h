/* SPDX-License-Identifier: Apache-2.0 */
/* pace.h - what the driver does once in a while, and how time is told from input to input. */
#ifndef GROUNDSTOP_DRIVER_PACE_H
#define GROUNDSTOP_DRIVER_PACE_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* At the first input: the clock starts. */
void gs_pace_begin(void);

/* Whether it has started. */
bool gs_pace_has_begun(void);

/* After each input: about once a millisecond this adds up time and flushes the numbers. */
void gs_pace_step(void);

/*
 * Python had the time from `start` to `end` (gs_clock_ns).  Returns what it took; what
 * passed before and was not yet counted is earned.
 */
uint64_t gs_pace_python(uint64_t start, uint64_t end);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_PACE_H */
