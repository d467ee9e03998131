/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core with one defect for each letter, of which at most one acts on an input: the
 * input's second byte names it.  Content is `P`, the letter, a limit, a count, and as
 * many values; evaluated, it answers how many of the values are below the limit.
 * Built as SOUND, no letter acts: what a mutation makes of an input finds nothing.
 *
 * Built as release 1 or 2 (release.h); 2 is the newest.
 */
#include <groundstop.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "release.h"

#define HEADER 4u
#ifndef SOUND
#define SOUND 0
#endif
#define NO_SANITIZER __attribute__((noinline, no_sanitize("address", "undefined")))

int planted_entry(const uint8_t *data, size_t size);
int planted_allocation(const uint8_t *data, size_t size);

static volatile uint8_t sink;

/* U: UndefinedBehaviorSanitizer alone sees it. */
static void overflow(uint8_t limit)
{
	volatile int32_t sum = INT32_MAX - 10;

	sum = sum + limit;
}

/* G: code that no sanitizer instruments, as assembly would be. */
NO_SANITIZER static void read_behind(const uint8_t *data, size_t size)
{
	sink = *(const volatile uint8_t *)(data + size);
}

static int all_ones(const volatile uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != 0xff)
			return 0;
	return 1;
}

/* H: on a heap that is not all ones by chance, nothing shows. */
static int reads_fresh_heap(void)
{
	uint8_t *block = malloc(32);
	int ones = block && all_ones(block, 32);

	free(block);
	return ones;
}

/* S: the same with the stack. */
NO_SANITIZER static int reads_fresh_stack(void)
{
	volatile uint8_t frame[64];

	return all_ones(frame, sizeof(frame));
}

/* D: as deep as the content says. */
NO_SANITIZER static int descend(uint8_t depth)
{
	volatile uint8_t frame[256];

	memset((void *)frame, depth, sizeof(frame));
	return depth == 0 ? 0 : descend((uint8_t)(depth - 1)) + frame[depth] * 0;
}

/* Z: one frame that holds nothing but zeros; it calls nothing that would leave a trace. */
NO_SANITIZER static int clear_much(void)
{
	volatile uint8_t frame[16384];

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = 0;
	return frame[0];
}

static uint8_t letter(const uint8_t *data)
{
	return SOUND ? '-' : data[1];
}

static int accepts(const uint8_t *data, size_t size)
{
	if (size < HEADER || data[0] != 'P')
		return 0;
	/* T: what is behind the values is let through. */
	if (letter(data) == 'T' ? data[3] > size - HEADER : data[3] != size - HEADER)
		return 0;
	/* A: a limit that no value is below. */
	return data[2] != 0 || letter(data) == 'A';
}

static uint8_t count_below(const uint8_t *data)
{
	/* M: off by one. */
	unsigned limit = data[2] + (letter(data) == 'M' ? 1u : 0u);
	uint8_t below = 0;

	for (size_t i = 0; i < data[3]; i++)
		below = (uint8_t)(below + (data[HEADER + i] < limit));
	return below;
}

int planted_entry(const uint8_t *data, size_t size)
{
	uint64_t values;
	uint8_t below;

	if (!accepts(data, size)) {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	below = count_below(data);
	values = data[3];
	switch (letter(data)) {
	case 'U':
		overflow(data[2]);
		break;
	case 'G':
		read_behind(data, size);
		break;
	case 'H':
		below = (uint8_t)(below + reads_fresh_heap());
		break;
	case 'S':
		below = (uint8_t)(below + reads_fresh_stack());
		break;
	case 'D':
		below = (uint8_t)(below + descend(data[2]));
		break;
	case 'Z':
		below = (uint8_t)(below + clear_much());
		break;
	case 'R': /* the releases are alike, and do not answer so */
		below = (uint8_t)(below + (RELEASE == 1));
		break;
	case 'X': /* what the newest survives, the oldest does not */
		if (RELEASE == 1)
			abort();
		break;
	}
	groundstop_outcome(&below, 1);
	/* Q: each value is compared with each. */
	groundstop_fuel(letter(data) == 'Q' ? values * values : values, 4 * size);
	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	return 0;
}

static uint32_t allowed;
static uint32_t held;

static void *allocate(size_t size)
{
	void *block = allowed != 0 ? malloc(size) : NULL;

	if (!block)
		return NULL;
	allowed--;
	held++;
	return block;
}

static void give_back(void *block)
{
	held -= block != NULL;
	free(block);
}

/* Replace `*active`, two blocks, by a copy; return whether there was memory. */
static int replace(uint8_t *active[2], const uint8_t *data, size_t size)
{
	uint8_t *fresh[2] = { allocate(size), NULL };

	/* O: what was active is gone before what replaces it is there. */
	if (fresh[0] && letter(data) == 'O') {
		give_back(active[0]);
		active[0] = NULL;
	}
	if (fresh[0])
		fresh[1] = allocate(size);
	if (!fresh[1]) {
		/* L: the first block is forgotten. */
		if (letter(data) != 'L')
			give_back(fresh[0]);
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		memcpy(fresh[i], data, size);
		give_back(active[i]);
		active[i] = fresh[i];
	}
	return 1;
}

/* Of the form of an entry point: what does the core do when its n-th allocation fails? */
int planted_allocation(const uint8_t *data, size_t size)
{
	if (!accepts(data, size))
		return -1;
	for (uint32_t n = 0; n < 2; n++) {
		uint8_t *active[2] = { NULL, NULL };
		uint8_t *before;

		allowed = 2;
		held = 0;
		if (!replace(active, data, size))
			return 0;
		before = active[0];
		allowed = n;
		replace(active, data, size);
		if (active[0] != before)
			groundstop_finding("a load that failed took the old content with it");
		give_back(active[0]);
		give_back(active[1]);
		if (held != 0)
			groundstop_finding("a load that failed keeps memory");
	}
	return 0;
}
