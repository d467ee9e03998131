/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook.c - libFuzzer's two hooks over one mutator.
 *
 * GROUNDSTOP_FORMAT_TABLE names the format table's file, GROUNDSTOP_MUTATOR_OPERATORS
 * (a number; default all) is the mask of operators.  Where no table is named, inputs are
 * mutated as libFuzzer would alone, and one line says so.  A table that cannot be used ends
 * the process: whoever named it would wait in vain for what only the mutator finds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hook.h"

#define MAX_TABLE (1l << 30)
#define EXIT_USAGE 2
#define LEAST_CAPACITY 4096u

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) __attribute__((weak));

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size,
                                 unsigned int seed);

static struct {
	struct groundstop_mutator *mutator;
	uint8_t *table;
	size_t table_size, capacity;
	bool tried;
	uint32_t last;
	uint64_t applied[GROUNDSTOP_OP_COUNT];
} hook = {.last = GROUNDSTOP_OP_COUNT};

/* Not exit: an engine would take that for an end that the core asked for. */
static _Noreturn void refuse(const char *path, const char *why)
{
	fprintf(stderr, "groundstop mutator: GROUNDSTOP_FORMAT_TABLE=%s: %s\n", path, why);
	_exit(EXIT_USAGE);
}

static void read_table(void)
{
	const char *path = getenv("GROUNDSTOP_FORMAT_TABLE");
	FILE *file;
	long size;

	hook.tried = true;
	if (!path || !*path) {
		fputs("groundstop mutator: GROUNDSTOP_FORMAT_TABLE is not set; "
		      "inputs are mutated as plain bytes\n", stderr);
		return;
	}
	file = fopen(path, "rb");
	if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0 && size <= MAX_TABLE) {
		rewind(file);
		hook.table = malloc((size_t)size);
		if (hook.table)
			hook.table_size = fread(hook.table, 1, (size_t)size, file);
	}
	if (hook.table_size == 0)
		refuse(path, "no format table can be read from it");
	fclose(file);
}

static uint32_t operator_mask(void)
{
	const char *text = getenv("GROUNDSTOP_MUTATOR_OPERATORS");
	char *end;
	unsigned long mask;

	if (!text || !*text)
		return GROUNDSTOP_OP_ALL;
	mask = strtoul(text, &end, 0);
	return *end ? GROUNDSTOP_OP_ALL : (uint32_t)mask;
}

/* The mutator, with room for max_size bytes; NULL without a table. */
struct groundstop_mutator *gsm_hook_mutator(size_t max_size)
{
	const char *error = NULL;

	if (!hook.tried)
		read_table();
	if (hook.table_size == 0 || (hook.mutator && max_size <= hook.capacity))
		return hook.mutator;
	groundstop_mutator_destroy(hook.mutator);
	hook.capacity = max_size > LEAST_CAPACITY ? max_size : LEAST_CAPACITY;
	hook.mutator = groundstop_mutator_create(hook.table, hook.table_size, hook.capacity, &error);
	if (!hook.mutator)
		refuse(getenv("GROUNDSTOP_FORMAT_TABLE"), error);
	groundstop_mutator_set_operators(hook.mutator, operator_mask());
	groundstop_mutator_set_bytes(hook.mutator, LLVMFuzzerMutate);
	return hook.mutator;
}

/* Count what was done; returns size. */
size_t gsm_hook_done(size_t size)
{
	hook.last = groundstop_mutator_operator(hook.mutator);
	hook.applied[hook.last]++;
	return size;
}

uint32_t groundstop_mutator_last_operator(void)
{
	return hook.last;
}

uint64_t groundstop_mutator_operator_count(uint32_t op)
{
	return op < GROUNDSTOP_OP_COUNT ? hook.applied[op] : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	/* -minimize_crash asks for less than there is. */
	struct groundstop_mutator *mutator = gsm_hook_mutator(size > max_size ? size : max_size);

	if (mutator && max_size)
		return gsm_hook_done(
			groundstop_mutator_mutate(mutator, data, size, max_size, seed));
	return LLVMFuzzerMutate ? LLVMFuzzerMutate(data, size, max_size) : size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size,
                                 unsigned int seed)
{
	struct groundstop_mutator *mutator = gsm_hook_mutator(max_out_size);
	size_t size = size1 < max_out_size ? size1 : max_out_size;

	if (mutator && max_out_size)
		return gsm_hook_done(groundstop_mutator_cross(mutator, data1, size, data2, size2,
		                                              out, max_out_size, seed));
	memcpy(out, data1, size);
	return LLVMFuzzerMutate && max_out_size ? LLVMFuzzerMutate(out, size, max_out_size) : size;
}
