/* SPDX-License-Identifier: Apache-2.0 */
/* Events against instances: criteria, fuel, order, coverage, and what is refused. */
#include <groundstop.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { BYTES_TYPE = 4, OTHER_TYPE = 5, UNKNOWN_TYPE = 99, INERT_TYPE = 1000 };
enum { BYTES_INPUT = 0, INTEGER_INPUT = 4 }; /* of both types */
enum { ANY, EXACT, PREFIX, SUFFIX, SUBSTRING, GLOB, RANGE, PATTERN };
enum { MAX_ELEMENTS = 64 };

static struct test_host test_host;
static struct ci_sensor *sensor;
static struct file templates;

static struct {
	uint32_t element, outcome;
} elements[MAX_ELEMENTS];
static uint32_t element_count;

void groundstop_report_element(uint32_t element, uint32_t outcome)
{
	CHECK(element_count < MAX_ELEMENTS);
	elements[element_count].element = element;
	elements[element_count].outcome = outcome;
	element_count++;
}

static void load_channel(struct channel *channel)
{
	struct file file = finish(channel);

	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_OK);
	drop(&file);
}

/* The event's values; NULL is absent. */
struct input {
	struct ci_value value;
	const struct ci_value *values[CI_MAX_INPUTS];
	struct ci_event event;
};

static void set_input(struct input *input, uint32_t type_id, uint32_t index,
                      const struct ci_value *value)
{
	uint32_t count = ci_find_supplied(type_id)->input_count;
	const void *values;

	memset(input->values, 0, sizeof(input->values));
	if (value) {
		input->value = *value;
		/* An empty value may lie nowhere. */
		input->value.data = value->size ? guarded(2, value->data, value->size) : NULL;
		input->values[index] = &input->value;
	}
	values = guarded(3, input->values, count * sizeof(input->values[0]));
	input->event = (struct ci_event){ type_id, count, values };
}

static struct ci_value text_value(const char *text)
{
	return (struct ci_value){
		.kind = CI_KIND_BYTES,
		.data = (const uint8_t *)text,
		.size = strlen(text),
	};
}

struct text_case {
	uint32_t kind, flags;
	const char *text, *value;       /* value NULL: absent */
	uint32_t holds;
	uint64_t fuel;                  /* of the criterion, beyond its own 1 */
};

/* Evaluate one criterion; also with each budget that does not cover it. */
static void check_text(const struct text_case *row)
{
	static struct channel channel;
	struct ci_value value = row->value ? text_value(row->value) : (struct ci_value){ 0 };
	struct ci_matches matches = { 0 };
	struct input input;
	uint64_t total = row->fuel + 2;

	check_context("kind %u '%s' on '%s'", row->kind, row->text,
	              row->value ? row->value : "(absent)");
	put_instance(&channel, 1, BYTES_TYPE, ci_find_supplied(BYTES_TYPE)->input_count, 1);
	put_criterion(&channel, BYTES_INPUT, row->kind, row->flags);
	if (row->kind != ANY)
		put_text(&channel, row->text, strlen(row->text));
	load_channel(&channel);
	set_input(&input, BYTES_TYPE, BYTES_INPUT, row->value ? &value : NULL);
	for (uint64_t budget = 0; budget < total; budget++) {
		uint64_t fuel = budget;

		element_count = 0;
		CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OUT_OF_FUEL);
		CHECK_EQUAL(fuel, 0);
		CHECK_EQUAL(matches.count, 0);
		CHECK_EQUAL(element_count, 0);
	}
	for (uint64_t spare = 0; spare < 3; spare += 2) {
		uint64_t fuel = total + spare;

		element_count = 0;
		CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
		CHECK_EQUAL(matches.count, row->holds);
		CHECK_EQUAL(fuel, spare);
		CHECK_EQUAL(element_count, 1);
		CHECK_EQUAL(elements[0].outcome, row->holds);
	}
	check_context("%s", "");
}

static void test_text_criteria(void)
{
	static const struct text_case rows[] = {
		{ ANY, 0, "", "x", 1, 0 },
		{ ANY, 0, "", NULL, 1, 0 },
		{ EXACT, 0, "abc", NULL, 0, 0 },
		{ EXACT, 0, "abc", "abc", 1, 3 },
		{ EXACT, 0, "abc", "abd", 0, 3 },
		{ EXACT, 0, "abc", "ABC", 0, 3 },
		{ EXACT, 1, "abc", "AbC", 1, 3 },
		{ EXACT, 1, "aBc", "AbD", 0, 3 },
		{ EXACT, 0, "abc", "ab", 0, 0 },
		{ EXACT, 0, "abc", "abcd", 0, 0 },
		{ EXACT, 0, "", "", 1, 0 },
		{ EXACT, 0, "", NULL, 0, 0 },
		{ EXACT, 1, "@[`{", "@[`{", 1, 4 },     /* around the letters */
		{ EXACT, 1, "@", "`", 0, 1 },
		{ EXACT, 1, "[", "{", 0, 1 },
		{ EXACT, 1, "\xc4", "\xe4", 0, 1 },     /* ASCII only */
		{ PREFIX, 0, "ab", "abc", 1, 2 },
		{ PREFIX, 0, "ab", "ab", 1, 2 },
		{ PREFIX, 0, "ab", "a", 0, 0 },
		{ PREFIX, 0, "ab", "", 0, 0 },
		{ PREFIX, 0, "", "", 1, 0 },
		{ PREFIX, 1, "AB", "abC", 1, 2 },
		{ PREFIX, 0, "bc", "abc", 0, 2 },
		{ PREFIX, 0, "AB", "abc", 0, 2 },
		{ SUFFIX, 0, "bc", "abc", 1, 2 },
		{ SUFFIX, 0, "ab", "abc", 0, 2 },
		{ SUFFIX, 0, "abc", "bc", 0, 0 },
		{ SUFFIX, 1, "BC", "abc", 1, 2 },
		{ SUFFIX, 0, "BC", "abc", 0, 2 },
		{ SUFFIX, 0, "", "abc", 1, 0 },
		{ SUFFIX, 0, "", "", 1, 0 },
		{ SUBSTRING, 0, "b", "abc", 1, 2 },
		{ SUBSTRING, 0, "bc", "abbc", 1, 5 },   /* a; bb; bc */
		{ SUBSTRING, 0, "aab", "aaaab", 1, 9 },
		{ SUBSTRING, 0, "x", "abc", 0, 3 },
		{ SUBSTRING, 0, "abcd", "abc", 0, 0 },
		{ SUBSTRING, 0, "", "abc", 1, 0 },
		{ SUBSTRING, 0, "", "", 1, 0 },
		{ SUBSTRING, 0, "a", "", 0, 0 },
		{ SUBSTRING, 1, "BC", "abCd", 1, 3 },
		{ GLOB, 0, "", "", 1, 0 },
		{ GLOB, 0, "", "a", 0, 1 },
		{ GLOB, 0, "*", "", 1, 1 },
		{ GLOB, 0, "***", "", 1, 3 },
		{ GLOB, 0, "*", "abc", 1, 4 },          /* star; then back for each byte */
		{ GLOB, 0, "?", "", 0, 0 },
		{ GLOB, 0, "?", "a", 1, 1 },
		{ GLOB, 0, "?", "ab", 0, 2 },
		{ GLOB, 0, "a?c", "abc", 1, 3 },
		{ GLOB, 0, "a*c", "abbc", 1, 5 },
		{ GLOB, 0, "a*c", "abbcd", 0, 7 },
		{ GLOB, 0, "*.exe", "a.b.exe", 1, 9 },
		{ GLOB, 0, "*a*b*c", "xaxbxbc", 1, 10 },
		{ GLOB, 0, "*a*b*c", "xaxcxbx", 0, 10 },
		{ GLOB, 0, "a*b?", "aabb", 1, 5 },
		{ GLOB, 0, "ABC", "abc", 0, 1 },
		{ GLOB, 1, "A?C*", "abcd", 1, 5 },
		{ GLOB, 0, "*?", "*", 1, 2 },           /* a star in the value is a byte */
		{ GLOB, 0, "a**b", "ab", 1, 4 },
		{ GLOB, 0, "a[b]", "a[b]", 1, 4 },
		{ GLOB, 0, "a\\*", "a\\x", 1, 4 },      /* no escapes */
		{ GLOB, 0, "x", NULL, 0, 0 },
		{ SUBSTRING, 0, "", NULL, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_text(&rows[i]);
}

static void test_ranges(void)
{
	static const struct {
		uint64_t low, high, number;
		uint32_t holds;
	} rows[] = {
		{ 3, 9, 2, 0 }, { 3, 9, 3, 1 }, { 3, 9, 9, 1 }, { 3, 9, 10, 0 },
		{ 0, 0, 0, 1 }, { 0, UINT64_MAX, UINT64_MAX, 1 },
		{ UINT64_MAX, UINT64_MAX, UINT64_MAX - 1, 0 },
		{ 0x100000000, 0x1ffffffff, 1, 0 },
	};
	static struct channel channel;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ci_value number = { .kind = CI_KIND_INTEGER, .number = rows[i].number };
		struct ci_matches matches = { 0 };
		struct input input;
		uint64_t fuel = 2;

		check_context("range %zu", i);
		put_instance(&channel, 1, BYTES_TYPE,
		             ci_find_supplied(BYTES_TYPE)->input_count, 1);
		put_criterion(&channel, INTEGER_INPUT, RANGE, 0);
		put_number(&channel.instances, rows[i].low, 8);
		put_number(&channel.instances, rows[i].high, 8);
		load_channel(&channel);
		set_input(&input, BYTES_TYPE, INTEGER_INPUT, &number);
		element_count = 0;
		CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
		CHECK_EQUAL(matches.count, rows[i].holds);
		CHECK_EQUAL(fuel, 0);
		fuel = 2;
		set_input(&input, BYTES_TYPE, INTEGER_INPUT, NULL);
		CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
		CHECK_EQUAL(matches.count, 0);
	}
	check_context("%s", "");
}

static void put_exact(struct channel *channel, uint32_t input, const char *text)
{
	put_criterion(channel, input, EXACT, 0);
	put_text(channel, text, strlen(text));
}

/* Five instances: 10 and 40 match "yes", 20 is of another type, 30 inert, 50 does not match. */
static void load_five(void)
{
	static struct channel channel;
	uint32_t inputs = ci_find_supplied(BYTES_TYPE)->input_count;

	put_instance(&channel, 10, BYTES_TYPE, inputs, 1);
	put_exact(&channel, BYTES_INPUT, "yes");
	put_instance(&channel, 20, OTHER_TYPE, ci_find_supplied(OTHER_TYPE)->input_count, 0);
	put_instance(&channel, 30, INERT_TYPE, 2, 1);
	put_exact(&channel, 0, "yes");
	put_instance(&channel, 40, BYTES_TYPE, inputs, 2);
	put_exact(&channel, BYTES_INPUT, "yes");
	put_criterion(&channel, 1, ANY, 0);
	put_instance(&channel, 50, BYTES_TYPE, inputs, 3);
	put_exact(&channel, BYTES_INPUT, "yes");
	put_exact(&channel, 1, "absent");
	put_criterion(&channel, 2, ANY, 0);
	load_channel(&channel);
}

static void test_order_and_coverage(void)
{
	struct ci_value value = text_value("yes");
	struct input input;
	uint32_t ids[3] = { 0, 0, 77 };
	struct ci_matches matches = { ids, 3, 99 };
	uint64_t fuel = 1000;
	/* Number and outcome; 1 is the inert one's, 6 comes after one that does not hold. */
	static const uint32_t expected[][2] = { { 0, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 0 } };

	load_five();
	set_input(&input, BYTES_TYPE, BYTES_INPUT, &value);
	element_count = 0;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
	CHECK_EQUAL(matches.count, 2);
	CHECK_EQUAL(ids[0], 10);
	CHECK_EQUAL(ids[1], 40);
	CHECK_EQUAL(ids[2], 77);
	/* 5 instances, 5 criteria, "yes" three times. */
	CHECK_EQUAL(fuel, 1000 - 5 - 5 - 9);
	CHECK_EQUAL(element_count, 5);
	for (uint32_t i = 0; i < element_count; i++) {
		CHECK_EQUAL(elements[i].element, expected[i][0]);
		CHECK_EQUAL(elements[i].outcome, expected[i][1]);
	}
}

static void test_other_types(void)
{
	struct input input;
	uint32_t id = 0;
	struct ci_matches matches = { &id, 1, 0 };
	uint64_t fuel = 1000;

	load_five();
	set_input(&input, OTHER_TYPE, BYTES_INPUT, NULL);
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
	CHECK_EQUAL(matches.count, 1);  /* no criteria: every event */
	CHECK_EQUAL(id, 20);
	input.event.type_id = INERT_TYPE;
	input.event.value_count = 2;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_UNKNOWN_TYPE);
	input.event.type_id = UNKNOWN_TYPE;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_UNKNOWN_TYPE);
	CHECK_EQUAL(matches.count, 0);
}

static void test_capacity(void)
{
	struct ci_value value = text_value("yes");
	struct input input;

	load_five();
	set_input(&input, BYTES_TYPE, BYTES_INPUT, &value);
	for (size_t capacity = 0; capacity < 4; capacity++) {
		uint32_t ids[4] = { 0, 0, 0, 0 };
		struct ci_matches matches = { capacity ? ids : NULL, capacity, 99 };
		uint64_t fuel = 1000;

		CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
		CHECK_EQUAL(matches.count, 2);
		CHECK_EQUAL(ids[0], capacity > 0 ? 10 : 0);
		CHECK_EQUAL(ids[1], capacity > 1 ? 40 : 0);
		CHECK_EQUAL(ids[2], 0);
	}
}

/* Whatever the budget: the matches found are the first ones, and the rest is 0. */
static void test_every_budget(void)
{
	struct ci_value value = text_value("yes");
	struct input input;
	size_t found = 0;

	load_five();
	set_input(&input, BYTES_TYPE, BYTES_INPUT, &value);
	for (uint64_t budget = 0; budget <= 19; budget++) {
		uint32_t ids[2] = { 0, 0 };
		struct ci_matches matches = { ids, 2, 99 };
		uint64_t fuel = budget;

		element_count = 0;
		CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches),
		             budget < 19 ? CI_OUT_OF_FUEL : CI_OK);
		CHECK_EQUAL(fuel, 0);
		CHECK(matches.count >= found && matches.count <= found + 1);
		found = matches.count;
		CHECK_EQUAL(ids[0], found > 0 ? 10 : 0);
		CHECK_EQUAL(ids[1], found > 1 ? 40 : 0);
	}
	CHECK_EQUAL(found, 2);
}

static void test_bad_events(void)
{
	static uint8_t large[CI_MAX_VALUE + 1];
	struct ci_value value = text_value("yes");
	struct ci_value number = { .kind = CI_KIND_INTEGER };
	struct ci_matches matches = { NULL, 0, 99 };
	struct input input;
	uint64_t fuel = 1000;

	load_five();
	set_input(&input, BYTES_TYPE, BYTES_INPUT, &value);
	element_count = 0;
	input.event.value_count--;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	CHECK_EQUAL(matches.count, 0);
	input.event.value_count += 2;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	set_input(&input, BYTES_TYPE, BYTES_INPUT, &number);
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	set_input(&input, BYTES_TYPE, INTEGER_INPUT, &value);
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	set_input(&input, BYTES_TYPE, BYTES_INPUT, &value);
	input.value.kind = (enum ci_kind)0;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	input.value = (struct ci_value){ CI_KIND_BYTES, large, sizeof(large), 0 };
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	CHECK_EQUAL(element_count, 0);
	CHECK_EQUAL(fuel, 1000);
	input.value.size--;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
	input.value = (struct ci_value){ CI_KIND_BYTES, NULL, 0, 0 };
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
	CHECK_EQUAL(matches.count, 0);
}

static void test_arguments(void)
{
	struct ci_matches matches = { NULL, 0, 99 }, no_ids = { NULL, 1, 99 };
	struct input input;
	uint64_t fuel = 1000;

	set_input(&input, BYTES_TYPE, BYTES_INPUT, NULL);
	CHECK_STATUS(ci_evaluate(NULL, &input.event, &fuel, &matches), CI_BAD_ARGUMENT);
	CHECK_EQUAL(matches.count, 0);
	CHECK_STATUS(ci_evaluate(sensor, NULL, &fuel, &matches), CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_evaluate(sensor, &input.event, NULL, &matches), CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, NULL), CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &no_ids), CI_BAD_ARGUMENT);
	CHECK_EQUAL(no_ids.count, 0);
	input.value = (struct ci_value){ CI_KIND_BYTES, NULL, 1, 0 };
	input.values[BYTES_INPUT] = &input.value;
	input.event.values = input.values;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_ARGUMENT);
	input.event.values = NULL;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_ARGUMENT);
	input.event.value_count = 0;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_BAD_EVENT);
	ci_unload(sensor);
	input.event.type_id = UNKNOWN_TYPE;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_NO_CONTENT);
	CHECK_EQUAL(fuel, 1000);
}

int main(void)
{
	struct ci_host host = make_host(&test_host);

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	put_header(&templates, "GSTF", 3);
	put_supplied_type(&templates, ci_find_supplied(BYTES_TYPE));
	put_supplied_type(&templates, ci_find_supplied(OTHER_TYPE));
	put_type(&templates, INERT_TYPE, 2, CI_KIND_BYTES);
	seal(&templates);
	test_text_criteria();
	test_ranges();
	test_order_and_coverage();
	test_other_types();
	test_capacity();
	test_every_budget();
	test_bad_events();
	test_arguments();
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	check_print_reached();
	return EXIT_SUCCESS;
}
