/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.h - the 8-bit counters of every instrumented module. */
#ifndef GROUNDSTOP_DRIVER_COVERAGE_H
#define GROUNDSTOP_DRIVER_COVERAGE_H

/*
 * Keep what the input covered while Python runs oracles, which may call the
 * same core again: what an oracle reaches is not what the input reached, and
 * would differ from run to run.
 */
void gs_coverage_save(void);
void gs_coverage_restore(void);

#endif /* GROUNDSTOP_DRIVER_COVERAGE_H */
