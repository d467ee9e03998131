/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.h - the 8-bit counters of every instrumented module. */
#ifndef GROUNDSTOP_DRIVER_COVERAGE_H
#define GROUNDSTOP_DRIVER_COVERAGE_H

#include <stdint.h>

/* What one input covered that none before it in this process had. */
struct gs_news {
	uint32_t edges;
	uint32_t features; /* edges with how often, as libFuzzer counts them */
};

#pragma GCC visibility push(hidden)

/*
 * Keep what the input covered while Python runs oracles, which may call the
 * same core again: what an oracle reaches is not what the input reached, and
 * would differ from run to run.
 */
void gs_coverage_save(void);
void gs_coverage_restore(void);

/* Note what this input covered, new edges also in the shared numbers. */
struct gs_news gs_coverage_note(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_COVERAGE_H */
