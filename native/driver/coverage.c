/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "coverage.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "extra.h"
#include "stats.h"

#define EXPORT __attribute__((visibility("default")))

/* libFuzzer itself keeps at most 4096 modules. */
#define MAX_REGIONS 4096u

#define WORD sizeof(uint64_t)

struct region {
	uint8_t *start;
	size_t size;
	uint8_t *saved;
	uint8_t *seen;  /* for each counter a bit for each bucket that it was in */
	uint64_t *last; /* eight counters at a time, as they were when last judged */
	bool is_extra;  /* these are no edges */
};

/* As the compiler writes it: an address, and flags (1: a function begins there). */
struct place {
	uintptr_t pc;
	uintptr_t flags;
};

static struct region regions[MAX_REGIONS];
static size_t region_count;
static size_t saved_count;

/* Exported: instrumented modules and Atheris bind to these first. */
EXPORT void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);
EXPORT void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);

void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop)
{
	void (*next)(uint8_t *, uint8_t *);

	*(void **)&next = dlsym(RTLD_NEXT, "__sanitizer_cov_8bit_counters_init");
	if (next)
		next(start, stop);
	if (start >= stop || region_count == MAX_REGIONS)
		return;
	regions[region_count].start = start;
	regions[region_count].size = (size_t)(stop - start);
	region_count++;
}

void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop)
{
	void (*next)(const uintptr_t *, const uintptr_t *);

	*(void **)&next = dlsym(RTLD_NEXT, "__sanitizer_cov_pcs_init");
	if (next)
		next(start, stop);
}

/*
 * With the next provider, past our own.  Counters and places come in pairs, or libFuzzer refuses
 * to start: each counter's own address stands for a place, and so is taken for no other one.
 */
bool gs_coverage_follow(uint8_t *start, uint8_t *stop)
{
	void (*init_counters)(uint8_t *, uint8_t *);
	void (*init_places)(const uintptr_t *, const uintptr_t *);
	size_t size = (size_t)(stop - start);
	struct place *places;
	size_t i;

	*(void **)&init_counters = dlsym(RTLD_NEXT, "__sanitizer_cov_8bit_counters_init");
	*(void **)&init_places = dlsym(RTLD_NEXT, "__sanitizer_cov_pcs_init");
	if (init_counters == NULL || init_places == NULL)
		return false;
	places = calloc(size, sizeof(*places));
	if (places == NULL)
		return false;
	for (i = 0; i < size; i++)
		places[i].pc = (uintptr_t)&start[i];
	init_counters(start, stop);
	init_places((const uintptr_t *)places, (const uintptr_t *)(places + size));
	return true;
}

static void add_extra(uint8_t *start, uint8_t *stop)
{
	if (region_count == MAX_REGIONS || !gs_coverage_follow(start, stop))
		return;
	regions[region_count].start = start;
	regions[region_count].size = (size_t)(stop - start);
	regions[region_count].is_extra = true;
	region_count++;
}

void gs_coverage_add_extra(void)
{
	gs_extra_find(add_extra);
}

void gs_coverage_reset_extra(void)
{
	size_t i;

	for (i = 0; i < region_count; i++) {
		if (regions[i].is_extra)
			memset(regions[i].start, 0, regions[i].size);
	}
}

void gs_coverage_save(void)
{
	for (saved_count = 0; saved_count < region_count; saved_count++) {
		struct region *region = &regions[saved_count];

		if (!region->saved)
			region->saved = malloc(region->size);
		if (!region->saved)
			return;
		memcpy(region->saved, region->start, region->size);
	}
}

void gs_coverage_restore(void)
{
	size_t i;

	for (i = 0; i < saved_count; i++)
		memcpy(regions[i].start, regions[i].saved, regions[i].size);
	/* A module that Python loaded meanwhile has covered nothing for this input. */
	for (; i < region_count; i++)
		memset(regions[i].start, 0, regions[i].size);
}

/* libFuzzer's: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more; nothing for 0. */
#define TWICE(value) value, value
#define TIMES_4(value) TWICE(value), TWICE(value)
#define TIMES_16(value) TIMES_4(value), TIMES_4(value), TIMES_4(value), TIMES_4(value)
#define TIMES_32(value) TIMES_16(value), TIMES_16(value)
#define TIMES_128(value) TIMES_32(value), TIMES_32(value), TIMES_32(value), TIMES_32(value)

static const uint8_t bucket[256] = {
	0, 1, 2, 4, TIMES_4(8), TIMES_4(16), TIMES_4(16), TIMES_16(32),
	TIMES_32(64), TIMES_32(64), TIMES_32(64), TIMES_128(128),
};

/* The buckets of eight counters at a time, without a branch: their values are unforeseeable. */
static uint64_t buckets(uint64_t counters)
{
	uint64_t found = 0;
	unsigned int shift;

	for (shift = 0; shift < 64; shift += 8)
		found |= (uint64_t)bucket[(counters >> shift) & 0xff] << shift;
	return found;
}

static uint32_t note_counter(const struct region *region, size_t base, size_t index)
{
	uint8_t found = bucket[region->start[index]];
	uint8_t *seen = &region->seen[index];

	if ((found & ~*seen) == 0)
		return 0;
	if (*seen == 0 && !region->is_extra)
		gs_edge_seen(base + index);
	*seen |= found;
	return 1;
}

static bool remember(struct region *region)
{
	if (!region->seen)
		region->seen = calloc(region->size, 1);
	if (!region->last)
		region->last = calloc(region->size / WORD + 1, WORD);
	return region->seen && region->last;
}

static uint32_t note_region(struct region *region, size_t base)
{
	size_t whole = region->size / WORD;
	uint32_t features = 0;
	size_t i;
	size_t k;

	for (i = 0; i < whole; i++) {
		uint64_t eight;
		uint64_t seen;

		/* Most are 0 or as before: such a word costs one compare. */
		memcpy(&eight, region->start + i * WORD, WORD);
		if (eight == 0 || eight == region->last[i])
			continue;
		region->last[i] = eight;
		memcpy(&seen, region->seen + i * WORD, WORD);
		if ((buckets(eight) & ~seen) == 0)
			continue;
		for (k = 0; k < WORD; k++)
			features += note_counter(region, base, i * WORD + k);
	}
	for (k = whole * WORD; k < region->size; k++)
		features += note_counter(region, base, k);
	return features;
}

uint32_t gs_coverage_note(void)
{
	uint32_t features = 0;
	size_t base = 0;
	size_t i;

	for (i = 0; i < region_count; i++) {
		if (remember(&regions[i]))
			features += note_region(&regions[i], base);
		if (!regions[i].is_extra)
			base += regions[i].size;
	}
	return features;
}
