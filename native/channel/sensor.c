/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sensor: which content is active, and who still uses it.
 *
 * Content never changes once it is active; a load puts another in its place.  Only
 * the pointer and the reference counts need the lock, so that evaluations run beside
 * each other and beside a load.
 */
#include "internal.h"

struct ci_sensor {
	struct ci_host host;
	struct ci_content *active;      /* holds one reference; NULL: nothing is loaded */
};

static void lock(const struct ci_sensor *sensor)
{
	if (sensor->host.lock)
		sensor->host.lock(sensor->host.ctx);
}

static void unlock(const struct ci_sensor *sensor)
{
	if (sensor->host.unlock)
		sensor->host.unlock(sensor->host.ctx);
}

static struct ci_content *acquire(struct ci_sensor *sensor)
{
	struct ci_content *content;

	lock(sensor);
	content = sensor->active;
	if (content)
		content->references++;
	unlock(sensor);
	return content;
}

static void release(struct ci_sensor *sensor, struct ci_content *content)
{
	size_t references;

	if (!content)
		return;
	lock(sensor);
	references = --content->references;
	unlock(sensor);
	if (references == 0)
		ci_content_free(&sensor->host, content);
}

/* The sensor's reference moves to the new content; the old one's is given up. */
static void replace(struct ci_sensor *sensor, struct ci_content *content)
{
	struct ci_content *old;

	lock(sensor);
	old = sensor->active;
	sensor->active = content;
	unlock(sensor);
	release(sensor, old);
}

enum ci_status ci_sensor_create(const struct ci_host *host, struct ci_sensor **sensor)
{
	CI_REQUIRE(sensor, CI_BAD_ARGUMENT);
	*sensor = NULL;
	CI_REQUIRE(host && host->alloc && host->free, CI_BAD_ARGUMENT);
	CI_REQUIRE(!host->lock == !host->unlock, CI_BAD_ARGUMENT);
	*sensor = host->alloc(host->ctx, sizeof(**sensor));
	CI_REQUIRE(*sensor, CI_NO_MEMORY);
	**sensor = (struct ci_sensor){ .host = *host };
	return CI_OK;
}

void ci_sensor_destroy(struct ci_sensor *sensor)
{
	struct ci_host host;

	if (!sensor)
		return;
	ci_unload(sensor);
	host = sensor->host;    /* it goes with the sensor */
	host.free(host.ctx, sensor, sizeof(*sensor));
}

enum ci_status ci_load(struct ci_sensor *sensor, const uint8_t *templates, size_t templates_size,
                       const uint8_t *channel, size_t channel_size, struct ci_fault *fault)
{
	struct ci_fault ignored;
	struct ci_templates *types;
	struct ci_content *content = NULL;
	enum ci_status status;

	if (!fault)
		fault = &ignored;
	*fault = (struct ci_fault){ CI_FILE_NONE, 0 };
	CI_REQUIRE(sensor, CI_BAD_ARGUMENT);
	CI_REQUIRE(templates || templates_size == 0, CI_BAD_ARGUMENT);
	CI_REQUIRE(channel || channel_size == 0, CI_BAD_ARGUMENT);

	fault->file = CI_FILE_TEMPLATES;
	status = ci_templates_read(&sensor->host, templates, templates_size, &types,
	                           &fault->offset);
	if (status == CI_OK) {
		fault->file = CI_FILE_CHANNEL;
		status = ci_content_read(&sensor->host, types, channel, channel_size, &content,
		                         &fault->offset);
		ci_templates_free(&sensor->host, types);
	}
	if (status == CI_OK)
		replace(sensor, content);
	if (status == CI_OK || status == CI_NO_MEMORY)
		*fault = (struct ci_fault){ CI_FILE_NONE, 0 };
	return status;
}

void ci_unload(struct ci_sensor *sensor)
{
	if (sensor)
		replace(sensor, NULL);
}

static bool well_formed(const struct ci_sensor *sensor, const struct ci_event *event)
{
	return sensor && event && (event->values || event->value_count == 0);
}

enum ci_status ci_evaluate(struct ci_sensor *sensor, const struct ci_event *event,
                           uint64_t *fuel, struct ci_matches *matches)
{
	struct ci_content *content;
	enum ci_status status;

	if (matches)
		matches->count = 0;
	CI_REQUIRE(well_formed(sensor, event), CI_BAD_ARGUMENT);
	CI_REQUIRE(fuel && matches && (matches->ids || matches->capacity == 0), CI_BAD_ARGUMENT);
	content = acquire(sensor);
	CI_REQUIRE(content, CI_NO_CONTENT);
	status = ci_content_evaluate(content, event, fuel, matches);
	release(sensor, content);
	return status;
}

uint64_t ci_fuel_limit(struct ci_sensor *sensor, const struct ci_event *event)
{
	struct ci_content *content;
	uint64_t limit;

	if (!well_formed(sensor, event))
		return 0;
	content = acquire(sensor);
	if (!content)
		return 0;
	limit = ci_content_limit(content, event);
	release(sensor, content);
	return limit;
}
