/* SPDX-License-Identifier: Apache-2.0 */
/* ending.h - what must happen before this process ends, and when it must end. */
#ifndef GROUNDSTOP_DRIVER_ENDING_H
#define GROUNDSTOP_DRIVER_ENDING_H

#pragma GCC visibility push(hidden)

/*
 * From now on, die with whoever holds the other end of the lifeline: at once and
 * whatever this process is doing.  Call once; does nothing without a lifeline.
 */
void gs_lifeline_watch(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_ENDING_H */
