/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hang.h - sees that an input does not return, by a clock of our own.
 *
 * libFuzzer's is an alarm signal, which a core may take or block.  Here a thread of its own
 * looks; it stores the input as `timeout-...` and ends the process as libFuzzer does.
 *
 * Time is what the thread that fuzzes has worked, or slept: a machine that stands still is no
 * hang.  -timeout= is the limit, or GROUNDSTOP_TIMEOUT in seconds.  With GROUNDSTOP_TIMEOUT=
 * adaptive, -timeout= is the most: an input that works may take so many times as long as the
 * slowest of the campaign so far.
 */
#ifndef GROUNDSTOP_DRIVER_HANG_H
#define GROUNDSTOP_DRIVER_HANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Take the limit from libFuzzer's arguments and the environment. */
void gs_hang_limit(int argc, char **argv);

/*
 * From the thread that fuzzes, before the first input.  Without `native` the entry point is
 * Python's, whose own alarm tells more: it comes first, and the limit is never adapted.
 */
void gs_hang_watch(bool native);

/* Around each input. */
void gs_hang_begin(const uint8_t *data, size_t size);
void gs_hang_end(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_HANG_H */
