/* SPDX-License-Identifier: Apache-2.0 */
/* ask.h - shows inputs to Python: Atheris' callback, behind which the oracles are. */
#ifndef GROUNDSTOP_DRIVER_ASK_H
#define GROUNDSTOP_DRIVER_ASK_H

#include "driver.h"

#pragma GCC visibility push(hidden)

/* Show the input that has just run where there is a reason to, and time for it. */
void gs_ask_perhaps(groundstop_entry callback, const uint8_t *data, size_t size);

/* Count the time of a call that does not return: a finding ends the process in it. */
void gs_ask_settle(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_ASK_H */
