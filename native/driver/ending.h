/* SPDX-License-Identifier: Apache-2.0 */
/* ending.h - what must happen before this process ends, and when it must end. */
#ifndef GROUNDSTOP_DRIVER_ENDING_H
#define GROUNDSTOP_DRIVER_ENDING_H

#pragma GCC visibility push(hidden)

/* End as if interrupted when whoever holds the lifeline's other end is gone. */
void gs_lifeline_check(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_ENDING_H */
