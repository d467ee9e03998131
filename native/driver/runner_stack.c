/* SPDX-License-Identifier: Apache-2.0 */
/* What the stack holds below the call of the core, and how much of it was used. */
#define _GNU_SOURCE /* pthread_getattr_np */
#include "runner.h"

#include <pthread.h>

#define GS_PAINTED_STACK (256u << 10) /* bytes */
#define GS_UNTOUCHED_STACK (64u << 10) /* always kept away from the end of the stack */

/* Bytes that can be painted below `pointer`, a multiple of a word. */
static size_t paintable(uintptr_t pointer)
{
	static uintptr_t lowest;
	pthread_attr_t attributes;
	void *start;
	size_t size;
	size_t room;

	if (lowest == 0) {
		if (pthread_getattr_np(pthread_self(), &attributes) != 0)
			return 0;
		if (pthread_attr_getstack(&attributes, &start, &size) == 0)
			lowest = (uintptr_t)start;
		pthread_attr_destroy(&attributes);
	}
	if (lowest == 0 || pointer < lowest + GS_UNTOUCHED_STACK)
		return 0;
	room = pointer - lowest - GS_UNTOUCHED_STACK;
	return (room < GS_PAINTED_STACK ? room : GS_PAINTED_STACK) / sizeof(uint64_t) *
	       sizeof(uint64_t);
}

/*
 * Paint, call and look from one function, and from its own stack pointer on: what the
 * core's first frame takes is what was painted, and nothing of ours was in between.
 * Below the stack pointer there is nothing of this function, because it calls others.
 */
__attribute__((noinline, no_sanitize("address", "undefined"))) static int
call_painted(gs_entry_point entry, const uint8_t *data, size_t size, uint64_t pattern,
             size_t painted, size_t *used)
{
	uintptr_t top;
	uintptr_t at;
	int returned;

#if defined(__x86_64__)
	__asm__ volatile("mov %%rsp, %0" : "=r"(top));
#elif defined(__aarch64__)
	__asm__ volatile("mov %0, sp" : "=r"(top));
#else
	top = 0;
	painted = 0;
#endif
	for (at = top - painted; at < top; at += sizeof(pattern))
		*(volatile uint64_t *)at = pattern;
	returned = entry(data, size);
	for (at = top - painted; at < top; at += sizeof(pattern)) {
		if (*(volatile uint64_t *)at != pattern)
			break;
	}
	*used = top - at;
	return returned;
}

int gs_stack_call(gs_entry_point entry, const uint8_t *data, size_t size, uint8_t fill,
                  size_t *used)
{
	size_t painted = paintable((uintptr_t)__builtin_frame_address(0));

	return call_painted(entry, data, size, UINT64_C(0x0101010101010101) * fill, painted, used);
}
