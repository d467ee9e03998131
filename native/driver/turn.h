/* SPDX-License-Identifier: Apache-2.0 */
/* turn.h - one thread at a time reports a fault: the first; others wait for the process' end. */
#ifndef GROUNDSTOP_DRIVER_TURN_H
#define GROUNDSTOP_DRIVER_TURN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * From a signal handler: true for the first thread, false when it faults again while it
 * reports.  Does not return for any other thread, whose handler would end the process.
 */
static inline bool gs_turn_take(_Atomic int *reporter)
{
	int me = (int)syscall(SYS_gettid);
	int before = 0;

	if (atomic_compare_exchange_strong(reporter, &before, me))
		return true;
	while (before != me)
		pause();
	return false;
}

#endif /* GROUNDSTOP_DRIVER_TURN_H */
