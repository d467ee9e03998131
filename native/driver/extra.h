/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extra.h - counters that a core puts into the section __libfuzzer_extra_counters.
 *
 * libFuzzer follows and resets those of the program that it is linked into, by symbols that
 * every module has for itself.  A core is a shared object: its section is found by name.
 */
#ifndef GROUNDSTOP_DRIVER_EXTRA_H
#define GROUNDSTOP_DRIVER_EXTRA_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Call `found` with the bytes of each such section of the modules that are loaded. */
void gs_extra_find(void (*found)(uint8_t *start, uint8_t *stop));

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_EXTRA_H */
