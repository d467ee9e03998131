/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "coverage.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define EXPORT __attribute__((visibility("default")))

/* libFuzzer itself keeps at most 4096 modules. */
#define MAX_REGIONS 4096u

struct region {
	uint8_t *start;
	size_t size;
	uint8_t *saved;
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

void gs_coverage_note(void)
{
	size_t base = 0;
	size_t i;
	size_t k;

	for (i = 0; i < region_count; base += regions[i].size, i++) {
		const uint8_t *counters = regions[i].start;
		size_t size = regions[i].size;

		for (k = 0; k < size; k++) {
			uint64_t eight;

			/* Most are 0: step over eight at a time. */
			if (size - k >= sizeof(eight)) {
				memcpy(&eight, counters + k, sizeof(eight));
				if (eight == 0) {
					k += sizeof(eight) - 1;
					continue;
				}
			}
			if (counters[k] != 0)
				gs_edge_seen(base + k);
		}
	}
}
