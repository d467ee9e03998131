/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.c - a small mutation of plain bytes, where no engine brings one of its own. */
#include <string.h>

#include "tree.h"

static const uint8_t interesting[] = {0x00, 0x01, 0x20, 0x7f, 0x80, 0xff};

/* data[0..size) within max_size bytes, which is not 0; returns the new size, at least 1. */
size_t gsm_mutate_bytes(struct groundstop_mutator *m, uint8_t *data, size_t size, size_t max_size)
{
	struct gsm_random *random = &m->random;
	uint32_t at;

	if (size == 0 || (size < max_size && gsm_one_in(random, 4))) {
		at = gsm_below(random, (uint32_t)size + 1);
		memmove(data + at + 1, data + at, size - at);
		data[at] = (uint8_t)gsm_next(random);
		return size + 1;
	}
	at = gsm_below(random, (uint32_t)size);
	switch (gsm_below(random, 5)) {
	case 0:
		if (size > 1) {
			memmove(data + at, data + at + 1, size - at - 1);
			return size - 1;
		}
		data[at] ^= 1;
		return size;
	case 1:
		data[at] ^= (uint8_t)(1u << gsm_below(random, 8));
		return size;
	case 2:
		data[at] = interesting[gsm_below(random, sizeof(interesting))];
		return size;
	case 3: {
		uint32_t from = gsm_below(random, (uint32_t)size);
		size_t count = size - (at > from ? at : from);

		memmove(data + at, data + from, 1 + gsm_below(random, (uint32_t)count));
		return size;
	}
	default:
		data[at] = (uint8_t)gsm_next(random);
		return size;
	}
}
