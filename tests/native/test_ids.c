/* SPDX-License-Identifier: Apache-2.0 */
/* Every type of the release is found, loaded and evaluated by its id, whatever that is. */
#include <stdlib.h>

#include "check.h"
#include "files.h"

static struct test_host test_host;
static struct ci_sensor *sensor;

static struct file channel_for_all(const struct ci_release *release)
{
	static struct channel channel;

	for (uint32_t i = 0; i < release->type_count; i++) {
		put_instance(&channel, UINT32_MAX - release->type_count + i,
		             release->types[i].type_id, release->types[i].input_count, 1);
		put_criterion(&channel, 0, 0, 0);
	}
	return finish(&channel);
}

static void check_type(uint32_t type_id, uint32_t instance_id)
{
	const struct ci_value *values[CI_MAX_INPUTS] = { NULL };
	struct ci_event event = { type_id, 0, values };
	uint32_t id = 0;
	struct ci_matches matches = { &id, 1, 0 };
	uint64_t fuel = CI_FUEL_DEFAULT;

	check_context("type %u", type_id);
	CHECK(ci_find_supplied(type_id) != NULL);
	CHECK_EQUAL(ci_find_supplied(type_id)->type_id, type_id);
	event.value_count = ci_find_supplied(type_id)->input_count;
	CHECK_STATUS(ci_evaluate(sensor, &event, &fuel, &matches), CI_OK);
	CHECK_EQUAL(matches.count, 1);
	CHECK_EQUAL(id, instance_id);
}

int main(void)
{
	const struct ci_release *release = ci_release();
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates(), channel = channel_for_all(release);

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	CHECK_STATUS(load(sensor, &templates, &channel, NULL), CI_OK);
	for (uint32_t i = 0; i < release->type_count; i++)
		check_type(release->types[i].type_id, UINT32_MAX - release->type_count + i);
	ci_sensor_destroy(sensor);
	drop(&templates);
	drop(&channel);
	return EXIT_SUCCESS;
}
