/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "content.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* As many as a large core has edges; elements beyond share them. */
#define COUNTERS 4096u
/* Of which an element has two: most have no more outcomes. */
#define COUNTERS_EACH 2u

/* As the compiler writes it: an address, and flags (1: a function begins there). */
struct place {
	uintptr_t pc;
	uintptr_t flags;
};

typedef void (*counters_init)(uint8_t *start, uint8_t *stop);
typedef void (*places_init)(const uintptr_t *start, const uintptr_t *stop);

static uint8_t counters[COUNTERS];
static struct place places[COUNTERS];
static bool registered;

/*
 * With the next provider, past our own: these are no edges of the core, and nothing
 * that Python runs can touch them.  Counters and places come in pairs, or libFuzzer
 * refuses to start.
 */
void gs_content_open(void)
{
	const char *wanted = getenv("GROUNDSTOP_CONTENT_COUNTERS");
	counters_init init_counters;
	places_init init_places;
	size_t i;

	if (wanted == NULL || strcmp(wanted, "1") != 0)
		return;
	*(void **)&init_counters = dlsym(RTLD_NEXT, "__sanitizer_cov_8bit_counters_init");
	*(void **)&init_places = dlsym(RTLD_NEXT, "__sanitizer_cov_pcs_init");
	if (init_counters == NULL || init_places == NULL)
		return;
	/* Addresses that belong to nothing else, so that no place is taken for another. */
	for (i = 0; i < COUNTERS; i++)
		places[i].pc = (uintptr_t)&counters[i];
	init_counters(counters, counters + COUNTERS);
	init_places((const uintptr_t *)places, (const uintptr_t *)(places + COUNTERS));
	registered = true;
}

void gs_content_note(void)
{
	const struct gs_report *report = gs_report_get();
	uint32_t i;
	uint32_t outcome;

	if (!registered)
		return;
	for (i = 0; i < report->touched_count; i++) {
		uint32_t element = report->touched[i];

		for (outcome = 0; outcome < GROUNDSTOP_MAX_OUTCOMES; outcome++) {
			if ((report->mask[element] >> outcome & 1) != 0)
				counters[(element * COUNTERS_EACH + outcome) % COUNTERS] = 1;
		}
	}
}
