/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core whose format has a count, a size, an index and a checksum, and three bugs, each in a
 * function of its own: simplifying an input that shows one of them easily ends in another.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int boxes_entry(const uint8_t *data, size_t size);

#define HEADER 12
#define ROOM 4

static size_t read16(const uint8_t *at)
{
	return (size_t)at[0] | (size_t)at[1] << 8;
}

static size_t read32(const uint8_t *at)
{
	return read16(at) | read16(at + 2) << 16;
}

static uint32_t adler(const uint8_t *data, size_t size)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < size; i++) {
		a = (a + data[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void write_behind(size_t excess)
{
	volatile uint8_t *block = malloc(ROOM);

	block[ROOM + excess] = 1;
	free((void *)block);
}

/* The file says that it is longer than it is. */
__attribute__((noinline)) static void trust_total(void)
{
	write_behind(0);
}

/* There is no box at all. */
__attribute__((noinline)) static void open_first(void)
{
	write_behind(1);
}

/* The main box is a spilling one, and has more than fits. */
__attribute__((noinline)) static void spill(size_t size)
{
	write_behind(size - ROOM - 1);
}

static int walk(const uint8_t *data, size_t end, size_t count, size_t wanted)
{
	size_t at = HEADER;

	for (size_t i = 0; i < count; i++) {
		if (end - at < 2 || end - at - 2 < data[at + 1])
			return -1;
		if (i == wanted && data[at] == 3 && data[at + 1] > ROOM)
			spill(data[at + 1]);
		at += 2 + (size_t)data[at + 1];
	}
	return at == end ? 0 : -1;
}

int boxes_entry(const uint8_t *data, size_t size)
{
	size_t count;

	if (size < HEADER + 4 || memcmp(data, "BOX1", 4) != 0)
		return -1;
	if (read32(data + size - 4) != adler(data, size - 4))
		return -1;
	if (read32(data + 8) > size)
		trust_total();
	count = read16(data + 4);
	if (count == 0)
		open_first();
	return walk(data, size - 4, count, read16(data + 6));
}
