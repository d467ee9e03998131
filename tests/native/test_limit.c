/* SPDX-License-Identifier: Apache-2.0 */
/* The declared bound of an event's fuel: never exceeded, and reached by some of each size. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { TYPE = 4, OTHER_TYPE = 5, UNKNOWN_TYPE = 99 };
enum { BYTES_INPUT = 0, NEXT_INPUT = 1, INTEGER_INPUT = 4 }; /* of both types */
enum { ANY, EXACT, PREFIX, SUFFIX, SUBSTRING, GLOB, RANGE, PATTERN };
enum { NOCASE = 1 };
enum { MOST_TEXT = 5, MOST_VALUE = 6 };

static struct test_host test_host;
static struct ci_sensor *sensor;
static struct file templates;

static void load_channel(struct channel *channel)
{
	struct file file = finish(channel);

	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_OK);
	drop(&file);
}

static uint32_t inputs_of(uint32_t type_id)
{
	return ci_find_supplied(type_id)->input_count;
}

/* One value for an event of TYPE that has no other. */
struct input {
	struct ci_value value;
	const struct ci_value *values[CI_MAX_INPUTS];
	struct ci_event event;
};

static void set_bytes(struct input *input, const void *bytes, size_t size)
{
	*input = (struct input){ .value = { CI_KIND_BYTES, size ? bytes : NULL, size, 0 } };
	input->values[BYTES_INPUT] = &input->value;
	input->event = (struct ci_event){ TYPE, inputs_of(TYPE), input->values };
}

/* What the event costs, after a look at the bound, which is returned. */
static uint64_t evaluate(const struct ci_event *event, uint64_t *limit)
{
	struct ci_matches matches = { 0 };
	uint64_t fuel;

	*limit = ci_fuel_limit(sensor, event);
	fuel = *limit;
	CHECK_STATUS(ci_evaluate(sensor, event, &fuel, &matches), CI_OK);
	return *limit - fuel;
}

/* The bound as README.md has it, apart from the 2 of instance and criterion. */
static uint64_t declared(uint32_t kind, uint64_t m, uint64_t n)
{
	uint64_t c = m < n ? m : n;

	switch (kind) {
	case EXACT: return n == m ? m : 0;
	case PREFIX: case SUFFIX: return n >= m ? m : 0;
	case SUBSTRING: return n >= m ? m * (n - m + 1) : 0;
	case GLOB: return n > 0 ? m - c + 1 + c * (c + 1) / 2 + (n - c) * c : m;
	default: return 0;
	}
}

/* Word number `number` of `size` letters of an alphabet. */
static void spell(char *word, uint32_t size, const char *alphabet, uint32_t number)
{
	uint32_t letters = (uint32_t)strlen(alphabet);

	for (uint32_t i = 0; i < size; i++, number /= letters)
		word[i] = alphabet[number % letters];
}

static uint32_t words(uint32_t size, const char *alphabet)
{
	uint32_t count = 1;

	for (uint32_t i = 0; i < size; i++)
		count *= (uint32_t)strlen(alphabet);
	return count;
}

static void load_text(uint32_t kind, uint32_t flags, const char *text, uint32_t size)
{
	static struct channel channel;

	put_instance(&channel, 1, TYPE, inputs_of(TYPE), 1);
	put_criterion(&channel, BYTES_INPUT, kind, flags);
	if (kind != ANY)
		put_text(&channel, text, size);
	load_channel(&channel);
}

/* Every text of m letters on every value of n: how much does the costliest cost? */
static void find_most(uint32_t kind, uint32_t m, uint64_t most[MOST_VALUE + 1])
{
	const char *alphabet = kind == GLOB ? "*?ab" : "ab";
	char text[MOST_TEXT], value[MOST_VALUE];
	struct input input;

	for (uint32_t i = 0; i < words(m, alphabet); i++) {
		spell(text, m, alphabet, i);
		load_text(kind, i % 2 ? NOCASE : 0, text, m);
		for (uint32_t n = 0; n <= MOST_VALUE; n++) {
			for (uint32_t j = 0; j < words(n, "ab"); j++) {
				uint64_t limit, spent;

				spell(value, n, "ab", j);
				set_bytes(&input, value, n);
				spent = evaluate(&input.event, &limit);
				CHECK_EQUAL(limit, declared(kind, m, n) + 2);
				most[n] = spent > most[n] ? spent : most[n];
			}
		}
	}
}

static void test_the_bound_is_tight(void)
{
	static const uint32_t kinds[] = { EXACT, PREFIX, SUFFIX, SUBSTRING, GLOB };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (uint32_t m = 0; m <= MOST_TEXT; m++) {
			uint64_t most[MOST_VALUE + 1] = { 0 };

			check_context("kind %u, %u bytes", kinds[i], m);
			find_most(kinds[i], m, most);
			for (uint32_t n = 0; n <= MOST_VALUE; n++)
				CHECK_EQUAL(most[n], declared(kinds[i], m, n) + 2);
		}
	}
	check_context("%s", "");
}

/* The costliest of any size, as limit.c has it: a budget of one less does not last. */
static void check_costliest(uint32_t kind, uint32_t m, uint32_t n)
{
	uint32_t common = m < n ? m : n;
	char *text = malloc(m + 1), *value = malloc(n + 1);
	struct ci_matches matches = { 0 };
	struct input input;
	uint64_t limit, fuel;

	CHECK(text != NULL && value != NULL && common > 0);
	memset(text, 'a', m);
	memset(value, 'a', n);
	if (kind == GLOB) {
		memset(text, '*', m - common + 1);
		value[n - 1] = 'b';
	} else {
		text[m - 1] = 'b';
	}
	load_text(kind, 0, text, m);
	set_bytes(&input, guarded(2, value, n), n);
	check_context("kind %u, %u bytes on %u", kind, m, n);
	CHECK_EQUAL(evaluate(&input.event, &limit), declared(kind, m, n) + 2);
	fuel = limit - 1;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OUT_OF_FUEL);
	CHECK_EQUAL(fuel, 0);
	fuel = limit + 1;
	CHECK_STATUS(ci_evaluate(sensor, &input.event, &fuel, &matches), CI_OK);
	CHECK_EQUAL(fuel, 1);
	check_context("%s", "");
	free(text);
	free(value);
}

static void test_costliest(void)
{
	check_costliest(GLOB, 1, 1);
	check_costliest(GLOB, 40, 3000);
	check_costliest(GLOB, 3000, 40);
	check_costliest(GLOB, 700, 700);
	check_costliest(GLOB, 20, CI_MAX_VALUE);
	check_costliest(SUBSTRING, 500, 3000);
	check_costliest(SUBSTRING, 700, 700);
	check_costliest(SUBSTRING, 20, CI_MAX_VALUE);
	check_costliest(EXACT, 3000, 3000);
}

static void put_pattern(struct channel *channel, uint32_t input, uint32_t program)
{
	put_criterion(channel, input, PATTERN, 0);
	put_number(&channel->instances, program, 2);
}

/* Instructions that are all executed at every byte: each goes on at itself and the next. */
static void put_busy_program(struct channel *channel, uint32_t insn_count)
{
	enum { SPLIT = 5 };
	struct insn insns[64] = { 0 };

	for (uint32_t i = 0; i < insn_count; i++) {
		uint32_t next = i + 1 < insn_count ? i + 1 : i;

		insns[i] = (struct insn){ SPLIT, 0, (uint16_t)i, (uint16_t)next };
	}
	put_program(channel, insns, insn_count);
}

static void test_patterns(void)
{
	static struct channel channel;
	struct input input;

	for (uint32_t insn_count = 1; insn_count <= 64; insn_count += 21) {
		put_instance(&channel, 1, TYPE, inputs_of(TYPE), 1);
		put_pattern(&channel, BYTES_INPUT, 0);
		put_busy_program(&channel, insn_count);
		load_channel(&channel);
		for (uint32_t size = 0; size < 100; size += 33) {
			uint64_t limit, most = (uint64_t)insn_count * (size + 1) + 2;
			static const uint8_t value[100];

			set_bytes(&input, value, size);
			CHECK_EQUAL(evaluate(&input.event, &limit), most);
			CHECK_EQUAL(limit, most);
		}
	}
}

/* All instances count, and all criteria of those of the type, whatever the first one says. */
static void test_sum(void)
{
	static struct channel channel;
	struct ci_value number = { .kind = CI_KIND_INTEGER, .number = 5 };
	struct input input;
	uint64_t limit;

	put_instance(&channel, 1, OTHER_TYPE, inputs_of(OTHER_TYPE), 1);
	put_criterion(&channel, BYTES_INPUT, EXACT, 0);
	put_text(&channel, "not counted", 11);
	put_instance(&channel, 2, TYPE, inputs_of(TYPE), 4);
	put_criterion(&channel, BYTES_INPUT, PREFIX, 0);
	put_text(&channel, "abc", 3);
	put_criterion(&channel, NEXT_INPUT, EXACT, 0);
	put_text(&channel, "on an absent value", 18);
	put_criterion(&channel, 2, ANY, 0);
	put_criterion(&channel, INTEGER_INPUT, RANGE, 0);
	put_number(&channel.instances, 5, 8);
	put_number(&channel.instances, 5, 8);
	put_instance(&channel, 3, TYPE, inputs_of(TYPE), 0);
	put_instance(&channel, 4, TYPE, inputs_of(TYPE), 1);
	put_pattern(&channel, BYTES_INPUT, 0);
	put_busy_program(&channel, 3);
	load_channel(&channel);
	set_bytes(&input, "abcd", 4);
	input.values[INTEGER_INPUT] = &number;
	/* 4 instances, 5 criteria, prefix, pattern; 2 criteria come after one that is false. */
	CHECK_EQUAL(evaluate(&input.event, &limit), 4 + 5 + 3 + 3 * 5 - 2);
	CHECK_EQUAL(limit, 4 + 5 + 3 + 3 * 5);
	input.values[BYTES_INPUT] = NULL;
	CHECK_EQUAL(evaluate(&input.event, &limit), 4 + 2);
	CHECK_EQUAL(limit, 4 + 5);
}

/* Whatever would not be evaluated costs nothing. */
static void test_nothing_to_evaluate(void)
{
	struct input input, bad;
	uint64_t limit;

	load_text(EXACT, 0, "abc", 3);
	set_bytes(&input, "abc", 3);
	CHECK_EQUAL(evaluate(&input.event, &limit), 5);
	CHECK_EQUAL(ci_fuel_limit(NULL, &input.event), 0);
	CHECK_EQUAL(ci_fuel_limit(sensor, NULL), 0);
	bad = input;
	bad.event.values = NULL;
	CHECK_EQUAL(ci_fuel_limit(sensor, &bad.event), 0);
	bad = input;
	bad.event.value_count--;
	CHECK_EQUAL(ci_fuel_limit(sensor, &bad.event), 0);
	bad = input;
	bad.event.type_id = UNKNOWN_TYPE;
	CHECK_EQUAL(ci_fuel_limit(sensor, &bad.event), 0);
	input.value.kind = CI_KIND_INTEGER;
	CHECK_EQUAL(ci_fuel_limit(sensor, &input.event), 0);
	input.value = (struct ci_value){ CI_KIND_BYTES, NULL, 3, 0 };
	CHECK_EQUAL(ci_fuel_limit(sensor, &input.event), 0);
	ci_unload(sensor);
	set_bytes(&input, "abc", 3);
	CHECK_EQUAL(ci_fuel_limit(sensor, &input.event), 0);
}

/* The most that there can be fits: 64 bits are enough, and nothing wraps on the way. */
static void test_largest(void)
{
	static struct channel channel;
	static uint8_t value[CI_MAX_VALUE], text[UINT16_MAX];
	const uint64_t m = UINT16_MAX, n = CI_MAX_VALUE;
	struct input input;

	for (uint32_t i = 1; i <= 200; i++) {
		put_instance(&channel, i, TYPE, inputs_of(TYPE), 1);
		put_criterion(&channel, BYTES_INPUT, i % 2 ? GLOB : SUBSTRING, 0);
		put_text(&channel, text, sizeof(text));
	}
	load_channel(&channel);
	set_bytes(&input, value, sizeof(value));
	CHECK_EQUAL(ci_fuel_limit(sensor, &input.event),
	            400 + 100 * (declared(GLOB, m, n) + declared(SUBSTRING, m, n)));
}

int main(void)
{
	struct ci_host host = make_host(&test_host);

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	put_header(&templates, "GSTF", 2);
	put_supplied_type(&templates, ci_find_supplied(TYPE));
	put_supplied_type(&templates, ci_find_supplied(OTHER_TYPE));
	seal(&templates);
	test_the_bound_is_tight();
	test_costliest();
	test_patterns();
	test_sum();
	test_nothing_to_evaluate();
	test_largest();
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	check_print_reached();
	return EXIT_SUCCESS;
}
