/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <groundstop.h>
#include <stdlib.h>
#include <string.h>

struct ci_cursor fuzz_open_input(const uint8_t *data, size_t size)
{
	return (struct ci_cursor){
		.data = data,
		.end = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX,
	};
}

struct ci_cursor fuzz_take_part(struct ci_cursor *input, uint32_t size)
{
	struct ci_cursor part = { .data = input->data };
	uint32_t left = input->end - input->at;

	part.end = size < left ? size : left;
	(void)ci_take_bytes(input, part.end, &part.data);
	return part;
}

bool fuzz_open_bundle(const uint8_t *data, size_t size, struct fuzz_bundle *bundle)
{
	struct ci_cursor input = fuzz_open_input(data, size);
	uint32_t templates_size, channel_size, events_size;
	const uint8_t *magic;

	if (!ci_take_bytes(&input, 4, &magic) || memcmp(magic, "GSBD", 4) != 0 ||
	    !ci_take_u32(&input, &templates_size) || !ci_take_u32(&input, &channel_size) ||
	    !ci_take_u32(&input, &events_size))
		return false;
	bundle->templates = fuzz_take_part(&input, templates_size);
	bundle->channel = fuzz_take_part(&input, channel_size);
	bundle->events = fuzz_take_part(&input, events_size);
	return true;
}

/* An allocation of just its size; NULL for an empty part. */
static uint8_t *copy_part(const struct ci_cursor *part)
{
	uint8_t *copy = part->end ? malloc(part->end) : NULL;

	if (copy)
		memcpy(copy, part->data, part->end);
	return copy;
}

enum ci_status fuzz_load(struct ci_sensor *sensor, const struct ci_cursor *templates,
                         const struct ci_cursor *channel, struct ci_fault *fault)
{
	uint8_t *templates_copy = copy_part(templates);
	uint8_t *channel_copy = copy_part(channel);
	enum ci_status status = ci_load(sensor, templates_copy, templates->end, channel_copy,
	                                channel->end, fault);

	free(templates_copy);
	free(channel_copy);
	return status;
}

void fuzz_report_load(enum ci_status status, const struct ci_fault *fault)
{
	uint8_t report[3] = { 'L', (uint8_t)status, (uint8_t)fault->file };

	groundstop_outcome(report, sizeof(report));
	groundstop_stage(status == CI_OK ? GROUNDSTOP_STAGE_LOADED : GROUNDSTOP_STAGE_REJECTED);
}
