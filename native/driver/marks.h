/* SPDX-License-Identifier: Apache-2.0 */
/* marks.h - which numbers were reported, and with which outcomes. */
#ifndef GROUNDSTOP_DRIVER_MARKS_H
#define GROUNDSTOP_DRIVER_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "groundstop.h"

/*
 * Note that `number` had `outcome`: its bit in mask[number], and the number in
 * touched[*count] the first time.  Both arrays have GROUNDSTOP_MAX_ELEMENTS
 * entries.  False when number or outcome is over its limit.
 */
static inline bool gs_mark(uint8_t *mask, uint16_t *touched, uint32_t *count, uint32_t number,
                           uint32_t outcome)
{
	uint32_t used;

	if (number >= GROUNDSTOP_MAX_ELEMENTS || outcome >= GROUNDSTOP_MAX_OUTCOMES)
		return false;
	/* The bound cannot be hit by one thread; read once, it keeps two from writing outside. */
	used = __atomic_load_n(count, __ATOMIC_RELAXED);
	if (mask[number] == 0 && used < GROUNDSTOP_MAX_ELEMENTS) {
		touched[used] = (uint16_t)number;
		__atomic_store_n(count, used + 1, __ATOMIC_RELAXED);
	}
	mask[number] = (uint8_t)(mask[number] | (1u << outcome));
	return true;
}

#endif /* GROUNDSTOP_DRIVER_MARKS_H */
