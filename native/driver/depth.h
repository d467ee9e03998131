/* SPDX-License-Identifier: Apache-2.0 */
/*
 * depth.h - how deep the core's stack went, whoever calls it.
 *
 * libFuzzer counts a stack that is deeper than before as something new, and measures
 * from a frame of its own: what lies between it and the core would be in the measure,
 * and the same core would keep other inputs under another caller.  Here it is measured
 * from the last frame before the core's.
 *
 * Static, in a header: the driver and the program that it is measured against call the
 * core from the same frame.
 */
#ifndef GROUNDSTOP_DRIVER_DEPTH_H
#define GROUNDSTOP_DRIVER_DEPTH_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What AddressSanitizer may align a frame to: below one so aligned all lie alike. */
#define GS_DEPTH_ALIGNMENT 64

/* Of libFuzzer and of the thread that fuzzes; NULL where no depth is measured. */
static uintptr_t *gs_depth_lowest;
static uintptr_t gs_depth_initial; /* where libFuzzer measures this input from */

/* Call for each input, before the core runs. */
static inline void gs_depth_begin(void)
{
	static bool looked;

	if (!looked)
		gs_depth_lowest = dlsym(RTLD_DEFAULT, "__sancov_lowest_stack");
	looked = true;
	if (gs_depth_lowest)
		gs_depth_initial = *gs_depth_lowest;
}

/* Several calls for one input: the deepest counts. */
__attribute__((noinline)) static int gs_depth_call(int (*entry)(const uint8_t *, size_t),
						   const uint8_t *data, size_t size)
{
	volatile uint8_t frame[GS_DEPTH_ALIGNMENT] __attribute__((aligned(GS_DEPTH_ALIGNMENT)));
	uintptr_t before;
	uintptr_t after;
	int result;

	frame[0] = 0;
	if (!gs_depth_lowest)
		return entry(data, size);
	before = *gs_depth_lowest;
	*gs_depth_lowest = (uintptr_t)frame;
	result = entry(data, size);
	after = gs_depth_initial - ((uintptr_t)frame - *gs_depth_lowest);
	*gs_depth_lowest = after < before ? after : before;
	return result;
}

#endif /* GROUNDSTOP_DRIVER_DEPTH_H */
