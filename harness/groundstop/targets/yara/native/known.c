/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <yara.h>

#include "known.h"

#define FILE_HEAD 6u
#define TABLE_ENTRY 12u
#define ENTRY_SIZE_AT 8u
#define REFERENCE 8u
/* In the place of a reference that was made a pointer: leads nowhere. */
#define POINTER 0x7f

struct arena {
	uint8_t *bytes;
	size_t size;
	uint32_t count;
	size_t start[YR_MAX_ARENA_BUFFERS];
	size_t used[YR_MAX_ARENA_BUFFERS];
};

static uint32_t read_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Find the buffers; return where the relocations begin, 0 for a file that is refused. */
static size_t find_buffers(struct arena *arena)
{
	size_t at;

	if (arena->size < FILE_HEAD || arena->bytes[5] > YR_MAX_ARENA_BUFFERS)
		return 0;
	arena->count = arena->bytes[5];
	at = FILE_HEAD + arena->count * TABLE_ENTRY;
	if (at > arena->size)
		return 0;
	for (uint32_t i = 0; i < arena->count; i++) {
		const uint8_t *entry = arena->bytes + FILE_HEAD + i * TABLE_ENTRY;

		arena->start[i] = at;
		arena->used[i] = read_u32(entry + ENTRY_SIZE_AT);
		if (arena->used[i] > arena->size - at)
			return 0;
		at += arena->used[i];
	}
	return at;
}

/* Return whether making a pointer of the reference at `place` goes wrong; do it. */
static int relocate(struct arena *arena, uint32_t buffer, uint32_t offset)
{
	uint8_t *place;
	uint32_t target;

	if (buffer >= arena->count || arena->used[buffer] < REFERENCE ||
	    offset > arena->used[buffer] - REFERENCE)
		return 1;
	place = arena->bytes + arena->start[buffer] + offset;
	target = read_u32(place);
	if (target == UINT32_MAX && read_u32(place + 4) == UINT32_MAX) {
		memset(place, 0, REFERENCE);
		return 0;
	}
	if (target >= arena->count || read_u32(place + 4) > arena->used[target])
		return 1;
	memset(place, POINTER, REFERENCE);
	return 0;
}

int known_defect(const struct bundle *bundle)
{
	struct arena arena = {.size = bundle->rules_size};
	int known = 0;
	size_t at;

	arena.bytes = malloc(bundle->rules_size + 1);
	if (!arena.bytes)
		return 1;
	memcpy(arena.bytes, bundle->rules, bundle->rules_size);
	at = find_buffers(&arena);
	if (at != 0) {
		known = arena.count <= YR_SUMMARY_SECTION || arena.used[YR_SUMMARY_SECTION] == 0;
		for (; !known && arena.size - at >= REFERENCE; at += REFERENCE)
			known = relocate(&arena, read_u32(arena.bytes + at),
					 read_u32(arena.bytes + at + 4));
	}
	free(arena.bytes);
	return known;
}
