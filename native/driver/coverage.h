/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.h - the 8-bit counters of every instrumented module. */
#ifndef GROUNDSTOP_DRIVER_COVERAGE_H
#define GROUNDSTOP_DRIVER_COVERAGE_H

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
 * Note what this input covered.  New edges are counted in the shared numbers; returns
 * the features (an edge and how often, as libFuzzer counts) that are new in this process.
 */
uint32_t gs_coverage_note(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_COVERAGE_H */
