/* SPDX-License-Identifier: Apache-2.0 */
/* content.h - content coverage that steers the fuzzer, where that was asked for. */
#ifndef GROUNDSTOP_DRIVER_CONTENT_H
#define GROUNDSTOP_DRIVER_CONTENT_H

#pragma GCC visibility push(hidden)

/* Register counters with libFuzzer if GROUNDSTOP_CONTENT_COUNTERS is 1.  Before it runs. */
void gs_content_open(void);

/* Count the elements that the input which has just run reported; nothing if not registered. */
void gs_content_note(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_CONTENT_H */
