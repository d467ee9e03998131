/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core that shows what memory held before it wrote to it, uses a known amount of
 * stack, and reports all that can be reported.  The first byte of the input says what
 * to do, the next four how often.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <groundstop.h>

#define SHOWN 48

int fresh_entry(const uint8_t *data, size_t size);
int fresh_other(const uint8_t *data, size_t size);
int fresh_first(const uint8_t *data, size_t size);

static void show(const volatile uint8_t *memory, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = memory[i];

		groundstop_outcome(&byte, 1);
	}
}

/* The first, the middle and the last bytes of a block of `size`, never written to. */
static void show_block(uint8_t *block, size_t size)
{
	if (block == NULL)
		abort();
	show(block, SHOWN);
	show(block + size / 2, 1);
	show(block + size - 1, 1);
	free(block);
}

static void show_grown(size_t size)
{
	uint8_t *block = malloc(SHOWN);

	if (block == NULL)
		abort();
	memset(block, 1, SHOWN);
	block = realloc(block, size);
	if (block == NULL || block[0] != 1 || block[SHOWN - 1] != 1)
		abort();
	show(block + SHOWN, 1);
	show(block + size - 1, 1);
	free(block);
}

static void show_aligned(size_t size)
{
	void *block = NULL;

	if (posix_memalign(&block, 256, size) != 0 || (uintptr_t)block % 256 != 0)
		abort();
	show_block(block, size);
	show_block(aligned_alloc(64, size), size);
}

__attribute__((noinline)) static void show_stack(void)
{
	volatile uint8_t never[SHOWN];

	show(never, sizeof(never));
}

__attribute__((noinline)) static void show_deep_stack(void)
{
	volatile uint8_t far[60000];

	show(far, SHOWN);
}

__attribute__((noinline)) static void use_stack(size_t size)
{
	volatile uint8_t *used = __builtin_alloca(size);

	for (size_t i = 0; i < size; i++)
		used[i] = (uint8_t)(i * 7 + 1);
}

static void report(uint8_t what)
{
	char longest[400];

	switch (what) {
	case 'f':
		groundstop_fuel(10, 12);
		groundstop_fuel(7, 5);
		groundstop_fuel(20, 11);
		groundstop_fuel(1, 0);
		break;
	case 't':
		groundstop_fuel(UINT64_MAX - 1, 3);
		groundstop_fuel(5, UINT64_MAX);
		break;
	case 'F':
		groundstop_finding("the first\xff one");
		groundstop_finding("the second");
		break;
	case 'N':
		groundstop_finding(NULL);
		break;
	case 'X':
		memset(longest, 'x', sizeof(longest));
		longest[sizeof(longest) - 1] = '\0';
		groundstop_finding(longest);
		break;
	default:
		groundstop_element(3, 1);
		if (!groundstop_wants_details())
			abort();
		groundstop_detail(3, 0);
		groundstop_detail(65535, 7);
		groundstop_detail(3, 2);
		groundstop_detail(65536, 0);
		groundstop_detail(0, 8);
		groundstop_outcome("12345", 5);
		groundstop_finding("beside");
		break;
	}
}

int fresh_entry(const uint8_t *data, size_t size)
{
	uint32_t amount = 0;

	if (size < 5)
		return -1;
	memcpy(&amount, data + 1, sizeof(amount));
	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	switch (data[0]) {
	case 'm':
		show_block(malloc(amount), amount);
		break;
	case 'c':
		show_block(calloc(1, amount), amount);
		break;
	case 'r':
		show_grown(amount);
		break;
	case 'a':
		show_aligned(amount);
		break;
	case 's':
		show_stack();
		break;
	case 'S':
		show_deep_stack();
		break;
	case 'u':
		use_stack(amount);
		break;
	case 'd':
		abort();
	default:
		report(data[0]);
		break;
	}
	return 0;
}

int fresh_other(const uint8_t *data, size_t size)
{
	if (size != 0 && data[0] == 'd')
		abort();
	groundstop_outcome("other", 5);
	groundstop_outcome(data, size);
	return 0;
}

/* Nothing but this frame lies between the runner and what is shown. */
int fresh_first(const uint8_t *data, size_t size)
{
	volatile uint8_t never[SHOWN];

	(void)data;
	(void)size;
	show(never, sizeof(never));
	return 0;
}

__attribute__((used)) static int fresh_hidden(const uint8_t *data, size_t size)
{
	return fresh_other(data, size);
}
