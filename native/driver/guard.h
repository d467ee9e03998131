/* SPDX-License-Identifier: Apache-2.0 */
/* guard.h - a place for inputs behind which nothing can be read, without any sanitizer. */
#ifndef GROUNDSTOP_DRIVER_GUARD_H
#define GROUNDSTOP_DRIVER_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
 * A copy of the input that ends at a page which cannot be touched, also when size is 0.
 * One at a time: the next call takes the same place.  NULL when there is no memory for it.
 */
uint8_t *gs_guard_take(const uint8_t *bytes, size_t size);

/* Overwrite the copy: no later input lies beside it. */
void gs_guard_release(uint8_t *input, size_t size);

/* Whether an access at address hit the page behind; *past is its distance from the end. */
bool gs_guard_hit(uintptr_t address, size_t *past);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_GUARD_H */
