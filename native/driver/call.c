/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "call.h"

#include <stdlib.h>
#include <string.h>

#include "conduct.h"
#include "depth.h"
#include "guard.h"
#include "witness.h"

/* Of AddressSanitizer's runtime, where that is what is preloaded behind us. */
void __asan_init(void) __attribute__((weak));

static uintptr_t saved_depth;

void gs_call_begin(void)
{
	gs_depth_begin();
}

void gs_call_save_depth(void)
{
	if (gs_depth_lowest)
		saved_depth = *gs_depth_lowest;
}

void gs_call_restore_depth(void)
{
	if (gs_depth_lowest)
		*gs_depth_lowest = saved_depth;
}

/* Shadow memory cannot tell an empty heap block from one of a byte: point behind one. */
static const uint8_t *empty_input(void)
{
	static uint8_t *block;

	if (!block)
		block = malloc(1);
	return block ? block + 1 : NULL;
}

/* Of a core that wrote to its input, libFuzzer shall see it: it compares. */
static void show_writes(const uint8_t *data, const uint8_t *copy, size_t size)
{
	if (size != 0 && memcmp(data, copy, size) != 0)
		memcpy((uint8_t *)(uintptr_t)data, copy, size);
}

/* The core may exit, fork or smash the stack: who does it is to be known. */
static int call_watched(groundstop_entry entry, const uint8_t *data, size_t size)
{
	int result;

	gs_core_runs = true;
	result = gs_depth_call(entry, data, size);
	gs_core_runs = false;
	gs_conduct_end_children();
	return result;
}

/* Without AddressSanitizer nothing sees what is read behind a heap block. */
int gs_call(groundstop_entry entry, const uint8_t *data, size_t size)
{
	uint8_t *copy;
	int result;

	gs_witness_input = data;
	gs_witness_size = size;
	if (__asan_init != NULL)
		return call_watched(entry, size != 0 ? data : empty_input(), size);
	copy = gs_guard_take(data, size);
	if (copy == NULL)
		return call_watched(entry, data, size);
	result = call_watched(entry, copy, size);
	show_writes(data, copy, size);
	gs_guard_release(copy, size);
	return result;
}
