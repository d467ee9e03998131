/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: every allocation may fail, active content lives as long as somebody uses it. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { TYPE = 1, EXACT = 1, PATTERN = 7, MATCH = 7 };

static struct test_host test_host;

/* One instance that matches every event whose first input is `text`. */
static struct file channel_for(uint32_t instance_id, const char *text)
{
	static const struct insn insns[] = { { MATCH, 0, 0, 0 } };
	static struct channel channel;

	put_instance(&channel, instance_id, TYPE, ci_find_supplied(TYPE)->input_count, 2);
	put_criterion(&channel, 0, EXACT, 0);
	put_text(&channel, text, strlen(text));
	put_criterion(&channel, 1, PATTERN, 0);
	put_number(&channel.instances, 0, 2);
	put_program(&channel, insns, 1);
	return finish(&channel);
}

/* The instance that matches, or 0. */
static uint32_t match_of(struct ci_sensor *sensor, const char *text, enum ci_status expected)
{
	struct ci_value value = { .kind = CI_KIND_BYTES };
	const struct ci_value *values[CI_MAX_INPUTS] = { &value, &value };
	struct ci_event event = { TYPE, ci_find_supplied(TYPE)->input_count, values };
	uint32_t id = 0;
	struct ci_matches matches = { &id, 1, 99 };
	uint64_t fuel = CI_FUEL_DEFAULT;

	value.size = strlen(text);
	value.data = guarded(2, text, value.size);
	CHECK_STATUS(ci_evaluate(sensor, &event, &fuel, &matches), expected);
	CHECK_EQUAL(matches.count, id ? 1 : 0);
	return id;
}

static void test_failing_allocations(void)
{
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates();
	struct file old = channel_for(1, "old"), new = channel_for(2, "new");
	struct ci_sensor *sensor = NULL;
	struct ci_fault fault = { CI_FILE_CHANNEL, 1 };
	enum ci_status status;
	uint64_t failures = 0, live;

	test_host.fail_at = 1;
	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_NO_MEMORY);
	CHECK(sensor == NULL);
	test_host.fail_at = 0;
	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	CHECK_STATUS(load(sensor, &templates, &old, NULL), CI_OK);

	live = test_host.live;
	for (;; failures++) {
		test_host.fail_at = test_host.allocations + 1 + failures;
		status = load(sensor, &templates, &new, &fault);
		CHECK_EQUAL(fault.file, CI_FILE_NONE);
		CHECK_EQUAL(test_host.live, live);
		if (status == CI_OK)
			break;
		CHECK_STATUS(status, CI_NO_MEMORY);
		CHECK_EQUAL(match_of(sensor, "old", CI_OK), 1);
		CHECK_EQUAL(match_of(sensor, "new", CI_OK), 0);
	}
	test_host.fail_at = 0;
	CHECK(failures >= 4);   /* two copies, types, content */
	CHECK_EQUAL(match_of(sensor, "new", CI_OK), 2);
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	drop(&old);
	drop(&new);
}

static void test_failed_load_keeps_content(void)
{
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates(), channel = channel_for(1, "old");
	struct ci_sensor *sensor;
	uint64_t live;

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	CHECK_EQUAL(match_of(sensor, "old", CI_NO_CONTENT), 0);
	CHECK_STATUS(load(sensor, &templates, &channel, NULL), CI_OK);
	live = test_host.live;
	for (size_t at = 0; at < channel.size; at++) {
		channel.data[at] ^= 0x80;
		CHECK(load(sensor, &templates, &channel, NULL) != CI_OK);
		channel.data[at] ^= 0x80;
		CHECK_EQUAL(test_host.live, live);
	}
	CHECK_EQUAL(match_of(sensor, "old", CI_OK), 1);
	ci_unload(sensor);
	CHECK_EQUAL(match_of(sensor, "old", CI_NO_CONTENT), 0);
	ci_unload(sensor);
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	drop(&channel);
}

/* The files are the caller's again after a load: whatever becomes of them. */
static void test_files_are_not_kept(void)
{
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates(), channel = channel_for(1, "old");
	struct ci_sensor *sensor;

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	CHECK_STATUS(ci_load(sensor, templates.data, templates.size, channel.data, channel.size,
	                     NULL), CI_OK);
	memset(templates.data, 0xff, templates.size);
	memset(channel.data, 0xff, channel.size);
	drop(&templates);
	drop(&channel);
	CHECK_EQUAL(match_of(sensor, "old", CI_OK), 1);
	ci_sensor_destroy(sensor);
}

/* Somebody else writes to the caller's file while it is loaded. */
struct writer {
	uint64_t when;          /* the allocation that it comes just before */
	uint8_t *byte;
};

static void write_byte(struct test_host *host)
{
	const struct writer *writer = host->context;

	if (host->allocations == writer->when)
		*writer->byte ^= 0x01;
}

/* Before the copy, and the checks see it; or behind it, and nobody does. */
static void check_writer(struct ci_sensor *sensor, const struct file *templates,
                         const struct file *channel, struct writer *writer)
{
	uint8_t kept = *writer->byte;
	enum ci_status status;

	ci_unload(sensor);
	writer->when = test_host.allocations + writer->when;
	test_host.context = writer;
	test_host.allocating = write_byte;
	status = ci_load(sensor, templates->data, templates->size, channel->data, channel->size, NULL);
	test_host.allocating = NULL;
	*writer->byte = kept;
	if (status == CI_OK)
		CHECK_EQUAL(match_of(sensor, "old", CI_OK), 1);
	else
		CHECK(status >= CI_BAD_MAGIC && status <= CI_BAD_CHECKSUM);
}

static void test_files_that_change(void)
{
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates(), channel = channel_for(1, "old");
	const struct file *files[] = { &templates, &channel };
	struct ci_sensor *sensor;

	_Static_assert(CI_BAD_CHECKSUM == CI_BAD_MAGIC + 3, "magic, version, size, checksum");
	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	for (uint32_t which = 0; which < 2; which++)
		for (size_t at = 0; at < files[which]->size; at++)
			for (uint64_t when = 1; when <= 4; when++) {
				struct writer writer = { when, files[which]->data + at };

				check_context("file %u, byte %zu, allocation %u", which + 1, at,
				              (unsigned)when);
				check_writer(sensor, &templates, &channel, &writer);
			}
	check_context("%s", "");
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	drop(&channel);
}

/* What another processor does, at the moment an evaluation has let go of the lock. */
struct other_thread {
	struct ci_sensor *sensor;
	struct file templates, channel;
	uint64_t live;          /* allocations just after it acted */
};

static void replace_content(struct test_host *host)
{
	struct other_thread *other = host->context;

	CHECK_STATUS(load(other->sensor, &other->templates, &other->channel, NULL), CI_OK);
	other->live = host->live;
}

static void unload_content(struct test_host *host)
{
	struct other_thread *other = host->context;

	ci_unload(other->sensor);
	CHECK_EQUAL(match_of(other->sensor, "old", CI_NO_CONTENT), 0);
	other->live = host->live;
}

static void test_content_in_use(void (*act)(struct test_host *), const char *text_afterwards)
{
	struct ci_host host = make_host(&test_host);
	struct file channel = channel_for(1, "old");
	struct other_thread other = { NULL, release_templates(), channel_for(2, "new"), 0 };

	CHECK_STATUS(ci_sensor_create(&host, &other.sensor), CI_OK);
	CHECK_STATUS(load(other.sensor, &other.templates, &channel, NULL), CI_OK);
	test_host.context = &other;
	test_host.unlocked = act;
	/* The old content answers, although it is no longer the active one, and then goes. */
	CHECK_EQUAL(match_of(other.sensor, "old", CI_OK), 1);
	CHECK_EQUAL(test_host.live, other.live - 2);
	if (text_afterwards)
		CHECK_EQUAL(match_of(other.sensor, text_afterwards, CI_OK), 2);
	else
		CHECK_EQUAL(match_of(other.sensor, "old", CI_NO_CONTENT), 0);
	ci_sensor_destroy(other.sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&channel);
	drop(&other.templates);
	drop(&other.channel);
}

/* A host without locks, for one thread. */
static void test_no_locks(void)
{
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates(), channel = channel_for(1, "old");
	struct ci_sensor *sensor;
	uint64_t locks = test_host.locks;

	host.lock = NULL;
	host.unlock = NULL;
	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	CHECK_STATUS(load(sensor, &templates, &channel, NULL), CI_OK);
	CHECK_EQUAL(match_of(sensor, "old", CI_OK), 1);
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.locks, locks);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	drop(&channel);
}

/* An evaluation allocates nothing. */
static void test_evaluation_allocates_nothing(void)
{
	struct ci_host host = make_host(&test_host);
	struct file templates = release_templates(), channel = channel_for(1, "old");
	struct ci_sensor *sensor;
	uint64_t allocations;

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	CHECK_STATUS(load(sensor, &templates, &channel, NULL), CI_OK);
	allocations = test_host.allocations;
	CHECK_EQUAL(match_of(sensor, "old", CI_OK), 1);
	CHECK_EQUAL(test_host.allocations, allocations);
	ci_sensor_destroy(sensor);
	drop(&templates);
	drop(&channel);
}

int main(void)
{
	test_failing_allocations();
	test_failed_load_keeps_content();
	test_files_are_not_kept();
	test_files_that_change();
	test_content_in_use(replace_content, "new");
	test_content_in_use(unload_content, NULL);
	test_no_locks();
	test_evaluation_allocates_nothing();
	check_print_reached();
	return EXIT_SUCCESS;
}
