/* SPDX-License-Identifier: Apache-2.0 */
#include "content.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "report.h"

/* As many as a large core has edges; elements beyond share them. */
#define COUNTERS 4096u
/* Of which an element has two: most have no more outcomes. */
#define COUNTERS_EACH 2u

static uint8_t counters[COUNTERS];
static bool registered;

void gs_content_open(void)
{
	const char *wanted = getenv("GROUNDSTOP_CONTENT_COUNTERS");

	/* Nothing that Python runs can touch them: they are not kept while it does. */
	if (wanted != NULL && strcmp(wanted, "1") == 0)
		registered = gs_coverage_follow(counters, counters + COUNTERS);
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
