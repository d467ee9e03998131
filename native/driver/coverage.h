/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.h - the 8-bit counters of every instrumented module. */
#ifndef GROUNDSTOP_DRIVER_COVERAGE_H
#define GROUNDSTOP_DRIVER_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
 * Keep what the input covered while Python runs oracles, which may call the
 * same core again: what an oracle reaches is not what the input reached, and
 * would differ from run to run.
 */
void gs_coverage_save(void);
void gs_coverage_restore(void);

/*
 * Have libFuzzer follow counters that are no edges of a core, and reset them before each input.
 * False where it is not there.  Before it runs.
 */
bool gs_coverage_follow(uint8_t *start, uint8_t *stop);

/*
 * Have libFuzzer follow, and reset before each input, what cores count in a section of their own
 * (extra.h).  Before it runs, when the core is loaded.  They are features, and no edges.
 */
void gs_coverage_add_extra(void);

/* The same reset for a run that is no input of libFuzzer's. */
void gs_coverage_reset_extra(void);

/*
 * Note what this input covered.  New edges are counted in the shared numbers; returns
 * the features (an edge and how often, as libFuzzer counts) that are new in this process.
 */
uint32_t gs_coverage_note(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_COVERAGE_H */
