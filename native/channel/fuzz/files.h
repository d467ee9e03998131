/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - takes bundles apart, and loads files from memory of just their size. */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

#include "../ci.h"
#include "../cursor.h"

/* Each part as far as it is there. */
struct fuzz_bundle {
	struct ci_cursor templates;
	struct ci_cursor channel;
	struct ci_cursor events;
};

#pragma GCC visibility push(hidden)

/* A cursor over the input of an entry point. */
struct ci_cursor fuzz_open_input(const uint8_t *data, size_t size);

/* The next `size` bytes, or as many as there are. */
struct ci_cursor fuzz_take_part(struct ci_cursor *input, uint32_t size);

/* False for what is no bundle. */
bool fuzz_open_bundle(const uint8_t *data, size_t size, struct fuzz_bundle *bundle);

/* ci_load, of parts. */
enum ci_status fuzz_load(struct ci_sensor *sensor, const struct ci_cursor *templates,
                         const struct ci_cursor *channel, struct ci_fault *fault);

/* Outcome and stage of a load, to the framework. */
void fuzz_report_load(enum ci_status status, const struct ci_fault *fault);

#pragma GCC visibility pop

#endif /* FUZZ_FILES_H */
