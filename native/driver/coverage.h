/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.h - the 8-bit counters of every instrumented module. */
#ifndef GROUNDSTOP_DRIVER_COVERAGE_H
#define GROUNDSTOP_DRIVER_COVERAGE_H

#pragma GCC visibility push(hidden)

/*
 * Keep what the input covered while Python runs oracles, which may call the
 * same core again: what an oracle reaches is not what the input reached, and
 * would differ from run to run.
 */
void gs_coverage_save(void);
void gs_coverage_restore(void);

/* Note in the shared numbers which edges this input covered. */
void gs_coverage_note(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_COVERAGE_H */
