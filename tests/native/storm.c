/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A storm of loads and evaluations on one sensor: what ci.h says of threads.
 *
 * Content number k has k * PER_CONTENT as the id of its first instance and as many
 * instances as an event can report, so that an evaluation that sees anything but one
 * content, whole, gives itself away.  `storm locked` must be silent; `storm unlocked`,
 * on a host whose lock does nothing, is what the thread sanitizer must see.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { TYPE = 4, GLOB = 5 };
enum { CONTENTS = 4, PER_CONTENT = 16 };
enum { READERS = 4, WRITERS = 2, EVALUATIONS = 6000 };

struct storm {
	pthread_mutex_t mutex;
	bool locks;
	atomic_size_t live;             /* bytes */
	struct ci_sensor *sensor;
	struct file templates;
	struct file contents[CONTENTS]; /* the last one is damaged */
	atomic_uint readers;            /* that are not done */
	atomic_uint seen[CONTENTS];     /* how often a content was evaluated */
};

static void *host_alloc(void *ctx, size_t size)
{
	struct storm *storm = ctx;

	atomic_fetch_add(&storm->live, size);
	return malloc(size);
}

static void host_free(void *ctx, void *memory, size_t size)
{
	struct storm *storm = ctx;

	atomic_fetch_sub(&storm->live, size);
	free(memory);
}

static void host_lock(void *ctx)
{
	struct storm *storm = ctx;

	if (storm->locks)
		CHECK(pthread_mutex_lock(&storm->mutex) == 0);
}

/* Somebody else goes on here, also where there is one processor only. */
static void host_unlock(void *ctx)
{
	struct storm *storm = ctx;

	if (storm->locks)
		CHECK(pthread_mutex_unlock(&storm->mutex) == 0);
	sched_yield();
}

static struct file make_content(uint32_t number)
{
	static struct channel channel;

	for (uint32_t i = 0; i < PER_CONTENT; i++) {
		put_instance(&channel, number * PER_CONTENT + i + 1, TYPE,
		             ci_find_supplied(TYPE)->input_count, 1);
		put_criterion(&channel, 0, GLOB, 0);
		put_text(&channel, "*a*b", 4);
	}
	return finish(&channel);
}

/* All instances of one content, in order; which one it is. */
static uint32_t check_whole(const struct ci_matches *matches)
{
	uint32_t first = matches->ids[0];

	CHECK_EQUAL(matches->count, PER_CONTENT);
	CHECK(first % PER_CONTENT == 1 && first / PER_CONTENT < CONTENTS - 1);
	for (uint32_t i = 0; i < PER_CONTENT; i++)
		CHECK_EQUAL(matches->ids[i], first + i);
	return first / PER_CONTENT;
}

static void *evaluate(void *ctx)
{
	struct storm *storm = ctx;
	struct ci_value value = { CI_KIND_BYTES, (const uint8_t *)"xaxaxxb", 7, 0 };
	const struct ci_value *values[CI_MAX_INPUTS] = { &value };
	struct ci_event event = { TYPE, ci_find_supplied(TYPE)->input_count, values };

	for (uint32_t i = 0; i < EVALUATIONS; i++) {
		uint32_t ids[PER_CONTENT];
		struct ci_matches matches = { ids, PER_CONTENT, 0 };
		uint64_t limit = ci_fuel_limit(storm->sensor, &event);
		uint64_t fuel = CI_FUEL_DEFAULT;
		enum ci_status status = ci_evaluate(storm->sensor, &event, &fuel, &matches);

		/* All contents cost the same. */
		CHECK(limit == 0 || CI_FUEL_DEFAULT - fuel <= limit);
		CHECK(status == CI_OK || status == CI_NO_CONTENT);
		CHECK_EQUAL(matches.count, status == CI_OK ? PER_CONTENT : 0);
		if (status == CI_OK)
			atomic_fetch_add(&storm->seen[check_whole(&matches)], 1);
	}
	atomic_fetch_sub(&storm->readers, 1);
	return NULL;
}

static void *replace(void *ctx)
{
	struct storm *storm = ctx;

	for (uint32_t i = 0; atomic_load(&storm->readers) > 0; i++) {
		const struct file *content = &storm->contents[i % CONTENTS];
		enum ci_status status = ci_load(storm->sensor, storm->templates.data,
		                                storm->templates.size, content->data,
		                                content->size, NULL);

		CHECK_EQUAL(status, i % CONTENTS == CONTENTS - 1 ? CI_BAD_CHECKSUM : CI_OK);
		if (i % 7 == 0)
			ci_unload(storm->sensor);
	}
	return NULL;
}

static void run(struct storm *storm)
{
	pthread_t threads[READERS + WRITERS];

	atomic_store(&storm->readers, READERS);
	for (uint32_t i = 0; i < READERS + WRITERS; i++) {
		CHECK(pthread_create(&threads[i], NULL, i < READERS ? evaluate : replace,
		                     storm) == 0);
	}
	for (uint32_t i = 0; i < READERS + WRITERS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv)
{
	static struct storm storm = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct ci_host host = { &storm, host_alloc, host_free, host_lock, host_unlock };

	CHECK(argc == 2);
	storm.locks = strcmp(argv[1], "locked") == 0;
	storm.templates = release_templates();
	for (uint32_t i = 0; i < CONTENTS; i++)
		storm.contents[i] = make_content(i);
	storm.contents[CONTENTS - 1].data[20] ^= 1;
	CHECK_EQUAL(ci_sensor_create(&host, &storm.sensor), CI_OK);
	run(&storm);
	for (uint32_t i = 0; i < CONTENTS; i++)
		CHECK((atomic_load(&storm.seen[i]) > 0) == (i < CONTENTS - 1));
	ci_sensor_destroy(storm.sensor);
	CHECK_EQUAL(atomic_load(&storm.live), 0);
	drop(&storm.templates);
	for (uint32_t i = 0; i < CONTENTS; i++)
		drop(&storm.contents[i]);
	return EXIT_SUCCESS;
}
