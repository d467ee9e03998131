/* SPDX-License-Identifier: Apache-2.0 */
/* call.h - runs a core's entry point on bytes behind which it must not read. */
#ifndef GROUNDSTOP_DRIVER_CALL_H
#define GROUNDSTOP_DRIVER_CALL_H

#include "driver.h"

#pragma GCC visibility push(hidden)

/* For each input of libFuzzer's, before anything runs on it. */
void gs_call_begin(void);

/*
 * Call `entry`; `data` is a heap block of exactly `size` bytes.  What its stack took counts
 * for libFuzzer from the entry on, not what lies above.  A child that the core forked does
 * not return from here.
 */
int gs_call(groundstop_entry entry, const uint8_t *data, size_t size);

/* Keep what the input's stack took while Python runs, as gs_coverage_save keeps counters. */
void gs_call_save_depth(void);
void gs_call_restore_depth(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_CALL_H */
