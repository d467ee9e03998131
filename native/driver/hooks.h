/* SPDX-License-Identifier: Apache-2.0 */
/* hooks.h - keeps what Python compares out of libFuzzer's list of recent compares. */
#ifndef GROUNDSTOP_DRIVER_HOOKS_H
#define GROUNDSTOP_DRIVER_HOOKS_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/*
 * While set, compares through memcmp, strcmp and their like are not reported to
 * libFuzzer.  Python compares strings all the time, and its module names would
 * crowd the core's magic words out of the list that mutations draw on.
 */
extern bool gs_hooks_off;

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_HOOKS_H */
