/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutator_harness.c - the mutator behind a pipe, for property tests under ASan and UBSan.
 *
 * A request is struct request, then `size` bytes of data and `other_size` of other; the
 * answer struct answer, then `size` bytes.  The table comes first, as data of OPEN.  Data
 * lies in a heap block of exactly max_size bytes, other against a page that cannot be
 * touched; that neither is written to where it must not be is checked here.  STORM is
 * max_size times all of it, with any room: no answer but the most steps for a byte.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tree.h"

enum command { OPEN = 0, MUTATE = 1, CROSS = 2, REPAIR = 3, STORM = 4 };

struct request {
	uint32_t command, seed, max_size, mask, size, other_size;
};

struct answer {
	uint32_t size, operator, work;
};

static struct groundstop_mutator *mutator;

static void fail(const char *why)
{
	fprintf(stderr, "mutator_harness: %s\n", why);
	abort();
}

static void *get(size_t size)
{
	void *data = malloc(size ? size : 1);

	if (!data || fread(data, 1, size, stdin) != size)
		fail("the request is cut off");
	return data;
}

static void put(uint32_t size, uint32_t operator, const void *data)
{
	struct answer answer = {size, operator, mutator ? (uint32_t)mutator->work : 0};

	fwrite(&answer, sizeof(answer), 1, stdout);
	if (size)
		fwrite(data, 1, size, stdout);
	fflush(stdout);
}

/* A copy that ends where an unmapped page begins, and is not to be written to. */
static const uint8_t *guarded(const void *data, size_t size, void **map, size_t *length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = (size + page - 1) / page * page;
	uint8_t *start;

	*length = pages + page;
	start = mmap(NULL, *length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		fail("no memory");
	*map = start;
	memcpy(start + pages - size, data, size);
	mprotect(start, pages, PROT_READ);
	mprotect(start + pages, page, PROT_NONE);
	return start + pages - size;
}

static void open_table(const struct request *request, const uint8_t *table)
{
	const char *error = "";

	groundstop_mutator_destroy(mutator);
	mutator = groundstop_mutator_create(table, request->size, request->max_size, &error);
	put(mutator ? 0 : (uint32_t)strlen(error), mutator != NULL, error);
}

static void work(const struct request *request, const uint8_t *data, const uint8_t *other)
{
	/* Exactly max_size bytes: one further is ASan's. */
	uint8_t *room = malloc(request->max_size ? request->max_size : 1);
	size_t fits = request->size < request->max_size ? request->size : request->max_size;
	size_t size = 0;

	if (!room)
		fail("no memory");
	memset(room, 0xAA, request->max_size);
	memcpy(room, data, fits);
	groundstop_mutator_set_operators(mutator, request->mask);
	if (request->command == MUTATE)
		size = groundstop_mutator_mutate(mutator, room, fits, request->max_size, request->seed);
	else if (request->command == REPAIR)
		size = groundstop_mutator_repair(mutator, room, fits, request->max_size);
	else
		size = groundstop_mutator_cross(mutator, data, request->size, other,
		                                request->other_size, room, request->max_size,
		                                request->seed);
	if (size > request->max_size)
		fail("more than max_size bytes");
	put((uint32_t)size, groundstop_mutator_operator(mutator), room);
	free(room);
}

/* One call with exactly `room` bytes to write to; what came out, in a block of its own size. */
static uint8_t *call(const uint8_t *data, size_t *size, const uint8_t *other, size_t other_size,
                     size_t room, uint32_t seed)
{
	bool crosses = seed % 2 == 0;
	/* What is mutated where it lies may be larger than what it is to become. */
	size_t have = crosses || room > *size ? room : *size, changed;
	uint8_t *out = malloc(have ? have : 1), *exact;

	if (!out)
		fail("no memory");
	if (!crosses)
		memcpy(out, data, *size);
	if (seed % 8 == 1)
		changed = groundstop_mutator_repair(mutator, out, *size, room);
	else if (!crosses)
		changed = groundstop_mutator_mutate(mutator, out, *size, room, seed);
	else
		changed = groundstop_mutator_cross(mutator, data, *size, other, other_size, out,
		                                   room, seed);
	if (changed > room)
		fail("more than max_size bytes");
	exact = malloc(changed ? changed : 1);
	if (!exact)
		fail("no memory");
	memcpy(exact, out, changed);
	free(out);
	*size = changed;
	return exact;
}

/* Calls in chains, as an engine stacks them, from inputs that are mostly cut or damaged. */
static void storm(const struct request *request, const uint8_t *data, const uint8_t *other)
{
	struct gsm_random random = {request->seed};

	groundstop_mutator_set_operators(mutator, request->mask);
	for (uint32_t i = 0; i < request->max_size; i++) {
		size_t size = gsm_one_in(&random, 3) ? gsm_below(&random, request->size + 1)
		                                     : request->size;
		uint8_t *at = malloc(size ? size : 1);

		if (!at)
			fail("no memory");
		memcpy(at, data, size);
		for (uint32_t flips = gsm_below(&random, 4); size && flips; flips--)
			at[gsm_below(&random, (uint32_t)size)] = (uint8_t)gsm_next(&random);
		for (uint32_t step = 0; step < 4; step++) {
			size_t rooms[] = {size, size + 1, size + 64, 0, 1, size / 2,
			                  size - size / 8, mutator->capacity,
			                  (size_t)UINT32_MAX + 1};
			size_t room = rooms[gsm_below(&random, sizeof(rooms) / sizeof(*rooms))];
			size_t cut = gsm_one_in(&random, 4) ? gsm_below(&random, request->other_size + 1)
			                                    : request->other_size;
			uint8_t *changed;

			/* More than there is memory for is only said, and must not be believed. */
			if (room > mutator->capacity)
				room = mutator->capacity + 1;
			changed = call(at, &size, other, cut, room, (uint32_t)gsm_next(&random));
			free(at);
			at = changed;
			if (mutator->work > mutator->work_limit + mutator->node_capacity)
				fail("more steps than are linear in the size of the inputs");
		}
		free(at);
	}
	put(0, 0, NULL);
}

int main(void)
{
	struct request request;

	while (fread(&request, sizeof(request), 1, stdin) == 1) {
		uint8_t *data = get(request.size);
		uint8_t *other = get(request.other_size);
		void *map, *other_map;
		size_t length, other_length;
		const uint8_t *data_guarded = guarded(data, request.size, &map, &length);
		const uint8_t *other_guarded =
			guarded(other, request.other_size, &other_map, &other_length);

		if (request.command == OPEN)
			open_table(&request, data_guarded);
		else if (mutator && request.command == STORM)
			storm(&request, data_guarded, other_guarded);
		else if (mutator)
			work(&request, data_guarded, other_guarded);
		else
			fail("no table is open");
		munmap(map, length);
		munmap(other_map, other_length);
		free(data);
		free(other);
	}
	groundstop_mutator_destroy(mutator);
	return 0;
}
