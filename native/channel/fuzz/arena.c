/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

#define RED_ZONE 8u             /* poisoned bytes behind a value; also what ASan aligns to */
#define FRONT 64u               /* and before the first: nothing else would stand there */

struct fuzz_arena *fuzz_arena_create(size_t events_size)
{
	size_t size = FRONT + events_size + (size_t)CI_MAX_INPUTS * 2 * RED_ZONE;
	struct fuzz_arena *arena = malloc(sizeof(*arena) + size);

	if (arena) {
		arena->size = size;
		arena->used = FRONT;
		ASAN_POISON_MEMORY_REGION(arena->bytes, size);
	}
	return arena;
}

void fuzz_arena_reset(struct fuzz_arena *arena)
{
	ASAN_POISON_MEMORY_REGION(arena->bytes, arena->used);
	arena->used = FRONT;
}

const uint8_t *fuzz_arena_keep(struct fuzz_arena *arena, const uint8_t *bytes, uint32_t size)
{
	uint8_t *kept = arena->bytes + arena->used;

	if (size == 0)
		return NULL;
	ASAN_UNPOISON_MEMORY_REGION(kept, size);
	memcpy(kept, bytes, size);
	arena->used += (size + 2 * RED_ZONE - 1) / RED_ZONE * RED_ZONE;
	return kept;
}
