/* SPDX-License-Identifier: Apache-2.0 */
/* Details: reported to the runner and nobody else, so that no campaign pays for them. */
#include "runner.h"

#include "marks.h"

static struct gs_details details;

void gs_details_reset(void)
{
	uint32_t i;

	for (i = 0; i < details.touched_count; i++)
		details.mask[details.touched[i]] = 0;
	details.touched_count = 0;
}

const struct gs_details *gs_details_get(void)
{
	return &details;
}

void groundstop_report_detail(uint32_t detail, uint32_t outcome)
{
	(void)gs_mark(details.mask, details.touched, &details.touched_count, detail, outcome);
}
