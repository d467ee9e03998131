/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of campaigns and replays: one bundle, a fresh sensor, every event. */
#include <stdlib.h>

#include "events.h"
#include "files.h"

int ci_fuzz_bundle(const uint8_t *data, size_t size) __attribute__((visibility("default")));

static void *host_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void host_free(void *ctx, void *memory, size_t size)
{
	(void)ctx;
	(void)size;
	free(memory);
}

int ci_fuzz_bundle(const uint8_t *data, size_t size)
{
	static const struct ci_host host = { .alloc = host_alloc, .free = host_free };
	struct fuzz_events events = { .fuel = CI_FUEL_DEFAULT, .answered = fuzz_report_answer };
	struct fuzz_bundle bundle;
	struct ci_fault fault;
	enum ci_status status;

	if (!fuzz_open_bundle(data, size, &bundle) ||
	    ci_sensor_create(&host, &events.sensor) != CI_OK)
		return -1;
	status = fuzz_load(events.sensor, &bundle.templates, &bundle.channel, &fault);
	fuzz_report_load(status, &fault);
	if (status == CI_OK) {
		events.cursor = bundle.events;
		fuzz_run_events(&events);
	}
	ci_sensor_destroy(events.sensor);
	/*
	 * A loader stops at the first broken rule: what is made of a refused file mostly
	 * stops there, too.  Mutation makes enough of them; a corpus of such gets nowhere.
	 */
	return status == CI_OK ? 0 : -1;
}
