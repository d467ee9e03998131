/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point: what it makes of bundles, whole and damaged, and what it reports. */
#include <stdlib.h>

#include "check.h"
#include "files.h"
#include "reported.h"

enum { FILE_WRITE = 4, REGISTRY = 5, UNKNOWN_TYPE = 99, EXACT = 1, SUBSTRING = 4 };

int ci_fuzz_bundle(const uint8_t *data, size_t size);

static struct {
	uint64_t spent, bound;
} work[64];
static size_t work_count;

void groundstop_report_fuel(uint64_t spent, uint64_t bound)
{
	CHECK(work_count < sizeof(work) / sizeof(work[0]));
	work[work_count].spent = spent;
	work[work_count++].bound = bound;
}

static int run(const struct file *bundle)
{
	int returned;

	work_count = 0;
	forget_reports();
	returned = ci_fuzz_bundle(guarded(0, bundle->data, bundle->size), bundle->size);
	CHECK_EQUAL(findings, 0);       /* this entry point judges nothing */
	return returned;
}

/* Instance 7 matches file writes by "yes"; 8 every registry event. */
static struct file sample_channel(void)
{
	static struct channel channel;

	put_instance(&channel, 7, FILE_WRITE, ci_find_supplied(FILE_WRITE)->input_count, 1);
	put_criterion(&channel, 0, EXACT, 0);
	put_text(&channel, "yes", 3);
	put_instance(&channel, 8, REGISTRY, ci_find_supplied(REGISTRY)->input_count, 0);
	return finish(&channel);
}

/* Put together with the sample channel and the release's templates; drops the events. */
static struct file sample_bundle(struct file *events)
{
	struct file templates = release_templates(), channel = sample_channel();
	struct file bundle = bundle_of(&templates, &channel, events);

	drop(&templates);
	drop(&channel);
	drop(events);
	return bundle;
}

/* Of one event: status, and the one instance that matched, or 0 for none. */
static void expect_event(struct file *expected, enum ci_status status, uint32_t instance_id)
{
	put_number(expected, 'E', 1);
	put_number(expected, status, 1);
	put_number(expected, instance_id ? 1 : 0, 4);
	if (instance_id)
		put_number(expected, instance_id, 4);
}

static struct file expect_load(enum ci_status status, enum ci_file file)
{
	struct file expected = { 0 };

	put_number(&expected, 'L', 1);
	put_number(&expected, status, 1);
	put_number(&expected, file, 1);
	return expected;
}

/* Run what the events make, compare, and drop both. */
static void check_events(struct file *events, struct file *expected, uint32_t expected_stage)
{
	struct file bundle = sample_bundle(events);

	CHECK_EQUAL(run(&bundle), 0);
	CHECK_EQUAL(stage, expected_stage);
	CHECK_EQUAL(outcome.size, expected->size);
	CHECK_BYTES(outcome.data, expected->data, expected->size);
	drop(&bundle);
	drop(expected);
}

static void test_no_bundle(void)
{
	struct file events = events_of(0), bundle = sample_bundle(&events), part = { 0 };

	for (size_t size = 0; size < 16; size++) {
		CHECK_EQUAL(run(&part), -1);
		put(&part, bundle.data + size, 1);
	}
	bundle.data[0] ^= 1;
	CHECK_EQUAL(run(&bundle), -1);
	CHECK_EQUAL(stage, GROUNDSTOP_STAGE_NONE);
	CHECK_EQUAL(outcome.size, 0);
	drop(&bundle);
	drop(&part);
}

static void test_rejected(void)
{
	struct file events = events_of(1), bundle, expected;

	put_event(&events, REGISTRY, 0);
	bundle = sample_bundle(&events);
	bundle.data[16] ^= 1;
	expected = expect_load(CI_BAD_MAGIC, CI_FILE_TEMPLATES);
	CHECK_EQUAL(run(&bundle), -1);
	CHECK_EQUAL(stage, GROUNDSTOP_STAGE_REJECTED);
	CHECK_EQUAL(outcome.size, expected.size);
	CHECK_BYTES(outcome.data, expected.data, expected.size);
	drop(&bundle);
	drop(&expected);
}

static void test_no_events(void)
{
	static const size_t damaged[] = { 0, 4 };       /* magic, version */
	struct file events, expected;

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		events = events_of(1);
		put_event(&events, REGISTRY, 0);
		events.data[damaged[i]] ^= 2;
		expected = expect_load(CI_OK, CI_FILE_NONE);
		check_events(&events, &expected, GROUNDSTOP_STAGE_LOADED);
	}
	events = events_of(0);
	expected = expect_load(CI_OK, CI_FILE_NONE);
	check_events(&events, &expected, GROUNDSTOP_STAGE_LOADED);
}

static void test_events(void)
{
	struct file events = events_of(7), expected = expect_load(CI_OK, CI_FILE_NONE);

	put_event(&events, FILE_WRITE, 1);              /* the rest is absent */
	put_text_value(&events, "yes");
	expect_event(&expected, CI_OK, 7);
	put_event(&events, FILE_WRITE, 12);             /* two too many, one a bad kind for it */
	put_text_value(&events, "no");
	for (int i = 0; i < 9; i++)
		put_number(&events, 0, 1);
	put_text_value(&events, "dropped");
	put_number(&events, 2, 1);
	put_number(&events, 5, 8);
	expect_event(&expected, CI_OK, 0);
	put_event(&events, UNKNOWN_TYPE, 1);
	put_text_value(&events, "yes");
	expect_event(&expected, CI_UNKNOWN_TYPE, 0);
	put_event(&events, FILE_WRITE, 1);              /* a number where bytes should be */
	put_number(&events, 2, 1);
	put_number(&events, 5, 8);
	expect_event(&expected, CI_BAD_EVENT, 0);
	put_event(&events, FILE_WRITE, 2);              /* empty, and again something good */
	put_text_value(&events, "");
	put_text_value(&events, "yes");
	expect_event(&expected, CI_OK, 0);
	put_event(&events, REGISTRY, 0);
	expect_event(&expected, CI_OK, 8);
	check_events(&events, &expected, GROUNDSTOP_STAGE_EVALUATED);
}

static void test_only_bad_events(void)
{
	struct file events = events_of(1), expected = expect_load(CI_OK, CI_FILE_NONE);

	put_event(&events, UNKNOWN_TYPE, 0);
	expect_event(&expected, CI_UNKNOWN_TYPE, 0);
	check_events(&events, &expected, GROUNDSTOP_STAGE_LOADED);
}

static void test_unknown_value_kind(void)
{
	struct file events = events_of(2), expected = expect_load(CI_OK, CI_FILE_NONE);

	put_event(&events, FILE_WRITE, 3);
	put_text_value(&events, "yes");
	put_number(&events, 3, 1);
	put_number(&events, 2, 1);      /* would be a bad event if it counted */
	put_number(&events, 0, 8);
	expect_event(&expected, CI_OK, 7);
	put_event(&events, REGISTRY, 0);
	check_events(&events, &expected, GROUNDSTOP_STAGE_EVALUATED);
}

static void test_most_events(void)
{
	struct file events = events_of(65), expected = expect_load(CI_OK, CI_FILE_NONE);

	for (int i = 0; i < 65; i++)
		put_event(&events, REGISTRY, 0);
	for (int i = 0; i < 64; i++)
		expect_event(&expected, CI_OK, 8);
	check_events(&events, &expected, GROUNDSTOP_STAGE_EVALUATED);
}

/* The count is of all matches, the ids are of the first 64. */
static void test_many_matches(void)
{
	static struct channel channel;
	struct file bundle, templates = release_templates(), events = events_of(1), file;
	struct file expected = expect_load(CI_OK, CI_FILE_NONE);

	for (uint32_t i = 1; i <= 70; i++)
		put_instance(&channel, i, REGISTRY, ci_find_supplied(REGISTRY)->input_count, 0);
	file = finish(&channel);
	put_event(&events, REGISTRY, 0);
	bundle = bundle_of(&templates, &file, &events);
	put_number(&expected, 'E', 1);
	put_number(&expected, CI_OK, 1);
	put_number(&expected, 70, 4);
	for (uint32_t i = 1; i <= 64; i++)
		put_number(&expected, i, 4);
	CHECK_EQUAL(run(&bundle), 0);
	CHECK_EQUAL(outcome.size, expected.size);
	CHECK_BYTES(outcome.data, expected.data, expected.size);
	drop(&bundle);
	drop(&templates);
	drop(&events);
	drop(&file);
	drop(&expected);
}

/* Of each event: what it cost, and what its bound says. */
static void test_work(void)
{
	static struct channel channel;
	static const uint8_t text[1024], value[65535];
	struct file bundle, templates = release_templates(), events = events_of(4), file;

	put_instance(&channel, 1, FILE_WRITE, ci_find_supplied(FILE_WRITE)->input_count, 2);
	put_criterion(&channel, 0, SUBSTRING, 0);
	put_text(&channel, "ab", 2);
	put_criterion(&channel, 1, SUBSTRING, 0);
	put_text(&channel, text, sizeof(text));
	file = finish(&channel);
	put_event(&events, FILE_WRITE, 1);
	put_text_value(&events, "xxab");        /* x; x; ab, and the absent one */
	put_event(&events, UNKNOWN_TYPE, 1);
	put_text_value(&events, "xxab");
	put_event(&events, REGISTRY, 0);
	put_event(&events, FILE_WRITE, 2);      /* as deep as the budget goes */
	put_text_value(&events, "ab");
	put_number(&events, 1, 1);
	put_number(&events, sizeof(value), 2);
	put(&events, value, sizeof(value) - 1);
	put(&events, "x", 1);
	bundle = bundle_of(&templates, &file, &events);
	CHECK_EQUAL(run(&bundle), 0);
	CHECK_EQUAL(work_count, 4);
	CHECK_EQUAL(work[0].spent, 1 + 1 + 4 + 1);
	CHECK_EQUAL(work[0].bound, 1 + 2 + 2 * 3);
	CHECK_EQUAL(work[1].spent, 0);
	CHECK_EQUAL(work[1].bound, 0);
	CHECK_EQUAL(work[2].spent, 1);
	CHECK_EQUAL(work[2].bound, 1);
	CHECK_EQUAL(work[3].spent, 1 + 2 + 2 + sizeof(text));
	CHECK_EQUAL(work[3].bound, 1 + 2 + 2 + sizeof(text) * (sizeof(value) - sizeof(text) + 1));
	drop(&bundle);
	drop(&templates);
	drop(&events);
	drop(&file);
}

/* Only what was loaded is worth keeping. */
static void check_kept(const struct file *bundle)
{
	int returned = run(bundle);

	CHECK_EQUAL(returned, stage >= GROUNDSTOP_STAGE_LOADED ? 0 : -1);
}

/* Cut anywhere, and every byte changed: never an end of the process. */
static void test_damage(void)
{
	struct file events = events_of(2), bundle, part;

	put_event(&events, FILE_WRITE, 2);
	put_text_value(&events, "yes");
	put_text_value(&events, "more");
	put_event(&events, REGISTRY, 2);
	put_number(&events, 0, 1);
	put_text_value(&events, "last");
	bundle = sample_bundle(&events);
	for (size_t cut = 16; cut < bundle.size; cut++) {
		part = bundle;
		part.size = cut;
		check_context("cut at %zu", cut);
		check_kept(&part);
	}
	for (size_t at = 0; at < bundle.size; at++) {
		for (uint32_t bit = 0; bit < 8; bit++) {
			uint8_t flip = (uint8_t)(1u << bit);

			check_context("byte %zu bit %u", at, bit);
			bundle.data[at] ^= flip;
			check_kept(&bundle);
			bundle.data[at] ^= flip;
		}
	}
	check_context("%s", "");
	drop(&bundle);
}

int main(void)
{
	test_no_bundle();
	test_rejected();
	test_no_events();
	test_events();
	test_only_bad_events();
	test_unknown_value_kind();
	test_most_events();
	test_many_matches();
	test_work();
	test_damage();
	drop(&outcome);
	check_print_reached();
	return EXIT_SUCCESS;
}
