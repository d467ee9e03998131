/* SPDX-License-Identifier: Apache-2.0 */
/* walk.h - the walk over a channel file: shared by channel.c and instance.c. */
#ifndef CI_WALK_H
#define CI_WALK_H

#include "internal.h"

struct ci_walk {
	struct ci_cursor cursor;
	const struct ci_templates *templates;
	struct ci_content *content;     /* where to store; NULL while counting */
	const uint8_t *classes;
	uint32_t instance_count;
	uint32_t program_count;
	uint32_t class_count;
	uint32_t criterion_count;       /* so far */
	uint32_t insn_count;            /* so far */
	uint32_t instance_offsets;      /* where in the file */
	uint32_t program_offsets;
};

#pragma GCC visibility push(hidden)

/*
 * instance.c: take and check one instance; store its criteria when there is content
 * to store them in, and count them.
 */
enum ci_status ci_instance_read(struct ci_walk *walk, uint32_t previous_id,
                                struct ci_instance *instance);

#pragma GCC visibility pop

#endif /* CI_WALK_H */
