/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - the memory of one event's values; the next event uses it again. */
#ifndef FUZZ_ARENA_H
#define FUZZ_ARENA_H

#include "../ci.h"

struct fuzz_arena {
	struct ci_value values[CI_MAX_INPUTS];
	size_t size;            /* of bytes */
	size_t used;            /* of bytes, red zones included */
	uint8_t bytes[];        /* poisoned but for the byte strings in it */
};

#pragma GCC visibility push(hidden)

/* For values of events of so many bytes; freed by free().  NULL without memory. */
struct fuzz_arena *fuzz_arena_create(size_t events_size);

/* Forget the event before. */
void fuzz_arena_reset(struct fuzz_arena *arena);

/* Exactly these bytes; NULL for none, which the interpreter must bear. */
const uint8_t *fuzz_arena_keep(struct fuzz_arena *arena, const uint8_t *bytes, uint32_t size);

#pragma GCC visibility pop

#endif /* FUZZ_ARENA_H */
