/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt.h - SIGINT and SIGTERM wait until no input runs. */
#ifndef GROUNDSTOP_DRIVER_INTERRUPT_H
#define GROUNDSTOP_DRIVER_INTERRUPT_H

#include <signal.h>

#pragma GCC visibility push(hidden)

/*
 * libFuzzer's handler allocates memory.  When the signal comes in the middle of an
 * allocation it waits for ever for a lock that its own thread holds (seen in 3 of 120
 * interruptions of a fast core under AddressSanitizer).  So the first signal is only
 * noted, and libFuzzer's handler called between two inputs; the second one is for those
 * who do not want to wait for a slow input: it goes to the handler at once.
 */

/* Put the handlers of now behind ours; call once, when libFuzzer has set its own. */
void gs_interrupt_defer(void);

/* The number of a signal that waits, or 0. */
extern volatile sig_atomic_t gs_interrupt_waiting;

/* Call the handler of the signal that waits; it does not return when it is libFuzzer's. */
void gs_interrupt_deliver(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_INTERRUPT_H */
