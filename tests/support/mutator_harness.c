/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutator_harness.c - the mutator behind a pipe, for property tests under ASan and UBSan.
 *
 * A request is struct request, then `size` bytes of data and `other_size` of other; the
 * answer struct answer, then `size` bytes.  The table comes first, as data of OPEN.  Data
 * lies in a heap block of exactly max_size bytes, other against a page that cannot be
 * touched; that neither is written to where it must not be is checked here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mutator.h"

enum command { OPEN = 0, MUTATE = 1, CROSS = 2, REPAIR = 3 };

struct request {
	uint32_t command, seed, max_size, mask, size, other_size;
};

struct answer {
	uint32_t size, operator;
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
	struct answer answer = {size, operator};

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
