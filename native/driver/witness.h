/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness.h - sees the process end in the middle of an input, and stores the input.
 *
 * A core may end the process by a system call of its own, past exit and _exit, or by a
 * signal whose handler it has taken away: nothing in the process runs any more then, and
 * its status may be 0.  What others kill the process with (SIGKILL, SIGTERM) is not the core's.
 */
#ifndef GROUNDSTOP_DRIVER_WITNESS_H
#define GROUNDSTOP_DRIVER_WITNESS_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
 * Set for each input; gs_core_runs says whether it still runs.  Under AddressSanitizer these
 * are the bytes that the core has, without a copy: of one that writes to its input before it
 * ends, what it wrote is stored.  Elsewhere the core has a copy, and these stay as they were.
 */
extern const uint8_t *volatile gs_witness_input;
extern volatile size_t gs_witness_size;

/* From the thread that fuzzes, before the first input.  Without it nothing is seen. */
void gs_witness_start(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_WITNESS_H */
