/* SPDX-License-Identifier: Apache-2.0 */
/* What ci_load takes and what it refuses: every rule of native/channel/README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { CHECKSUM = 4, TYPE = 1, INERT_TYPE = 1000 };
enum { ANY, EXACT, PREFIX, SUFFIX, SUBSTRING, GLOB, RANGE, PATTERN };
enum { BYTE = 1, ANY_BYTE, CLASS, JUMP, SPLIT, ASSERT, MATCH };

static struct test_host test_host;
static struct ci_sensor *sensor;
static struct ci_supplied_type supplied; /* type TYPE: inputs 0 and 1 bytes, 5 and 6 integers */

/* Every kind of criterion, every operation, a class, two instances, two programs. */
static struct file sample_channel(void)
{
	static const struct insn first[] = {
		{ ASSERT, 1, 0, 0 }, { BYTE, 'a', 0, 0 }, { SPLIT, 0, 1, 3 }, { CLASS, 0, 0, 0 },
		{ ANY_BYTE, 0, 0, 0 }, { JUMP, 0, 6, 0 }, { MATCH, 0, 0, 0 },
	};
	static const struct insn second[] = { { MATCH, 0, 0, 0 } };
	static struct channel channel;
	uint32_t inputs = supplied.input_count;

	put_class(&channel, "xyz");
	put_instance(&channel, 7, TYPE, inputs, 9);
	put_criterion(&channel, 0, EXACT, 1);
	put_text(&channel, "Exact", 5);
	put_criterion(&channel, 1, PREFIX, 0);
	put_text(&channel, "prefix", 6);
	put_criterion(&channel, 2, SUFFIX, 0);
	put_text(&channel, "", 0);
	put_criterion(&channel, 3, SUBSTRING, 1);
	put_text(&channel, "sub", 3);
	put_criterion(&channel, 4, GLOB, 0);
	put_text(&channel, "*?b", 3);
	put_criterion(&channel, 5, RANGE, 0);
	put_number(&channel.instances, 3, 8);
	put_number(&channel.instances, 9, 8);
	put_criterion(&channel, 6, ANY, 0);
	put_criterion(&channel, 7, PATTERN, 0);
	put_number(&channel.instances, 1, 2);
	put_criterion(&channel, 9, PATTERN, 0);
	put_number(&channel.instances, 0, 2);
	put_instance(&channel, 9, INERT_TYPE, 2, 1);
	put_criterion(&channel, 1, SUFFIX, 1);
	put_text(&channel, "inert", 5);
	put_program(&channel, first, sizeof(first) / sizeof(first[0]));
	put_program(&channel, second, 1);
	return finish(&channel);
}

static struct file sample_templates(void)
{
	struct file templates = { 0 };

	put_header(&templates, "GSTF", 2);
	put_supplied_type(&templates, &supplied);
	put_type(&templates, INERT_TYPE, 2, CI_KIND_BYTES);
	seal(&templates);
	return templates;
}

static struct file copy_of(const struct file *file, size_t size)
{
	struct file copy = { 0 };

	put(&copy, file->data, size);
	return copy;
}

/* An event that makes every criterion of the sample be evaluated. */
static void evaluate_sample(void)
{
	static const struct ci_value number = { .kind = CI_KIND_INTEGER, .number = 5 };
	static const char *const texts[] = { "eXACT", "prefixed", "s", "a SUBstring", "aab", "",
		                             "", "p", "p", "aaxb", "p" };
	static struct ci_value values[CI_MAX_INPUTS];
	const struct ci_value *pointers[CI_MAX_INPUTS];
	struct ci_matches matches = { 0 };
	struct ci_event event = { TYPE, supplied.input_count, pointers };
	uint64_t fuel = CI_FUEL_DEFAULT;

	for (uint32_t i = 0; i < supplied.input_count; i++) {
		const char *text = i < sizeof(texts) / sizeof(texts[0]) ? texts[i] : "";

		values[i] = (struct ci_value){ .kind = CI_KIND_BYTES };
		values[i].size = strlen(text);
		values[i].data = guarded(2 + i, text, values[i].size);
		pointers[i] = supplied.inputs[i].kind == CI_KIND_BYTES ? &values[i] : &number;
	}
	CHECK_STATUS(ci_evaluate(sensor, &event, &fuel, &matches), CI_OK);
}

static void test_good_files(void)
{
	static struct channel nothing;
	struct file templates = sample_templates(), channel = sample_channel();
	struct file all = release_templates(), empty = finish(&nothing);
	struct file no_types = { 0 };
	struct ci_fault fault = { CI_FILE_CHANNEL, 1 };

	put_header(&no_types, "GSTF", 0);
	seal(&no_types);
	CHECK_STATUS(load(sensor, &templates, &channel, &fault), CI_OK);
	CHECK_EQUAL(fault.file, CI_FILE_NONE);
	CHECK_EQUAL(fault.offset, 0);
	evaluate_sample();
	CHECK_STATUS(load(sensor, &all, &empty, NULL), CI_OK);
	CHECK_STATUS(load(sensor, &no_types, &empty, NULL), CI_OK);
	CHECK_STATUS(load(sensor, &no_types, &channel, NULL), CI_BAD_REFERENCE);
	drop(&templates);
	drop(&channel);
	drop(&all);
	drop(&empty);
	drop(&no_types);
}

/* Cut at every length: as it is, and with size and checksum put right behind the cut. */
static void test_truncations(int of_channel)
{
	struct file files[2] = { sample_templates(), sample_channel() };
	struct file *whole = &files[of_channel];
	size_t size = whole->size;

	for (size_t cut = 0; cut < size; cut++) {
		struct file original = *whole, part = copy_of(whole, cut);
		struct ci_fault fault;
		enum ci_status expected;

		check_context("file %d cut at %zu", of_channel, cut);
		*whole = part;
		expected = cut < 12 ? CI_TRUNCATED : CI_BAD_SIZE;
		CHECK_STATUS(load(sensor, &files[0], &files[1], &fault), expected);
		CHECK_EQUAL(fault.file, of_channel ? CI_FILE_CHANNEL : CI_FILE_TEMPLATES);
		/* The records now end somewhere inside, before their counts are served. */
		reseal(whole);
		CHECK(load(sensor, &files[0], &files[1], &fault) != CI_OK);
		CHECK(fault.offset <= cut);
		*whole = original;
		drop(&part);
	}
	check_context("%s", "");
	drop(&files[0]);
	drop(&files[1]);
}

/* Every byte in turn has every other value: as it is, and with the checksum put right. */
static void test_corruptions(int of_channel)
{
	struct file files[2] = { sample_templates(), sample_channel() };
	struct file *file = &files[of_channel];
	uint32_t loaded = 0;

	for (size_t at = 0; at < file->size; at++) {
		for (uint32_t change = 1; change < 256; change++) {
			struct file changed = copy_of(file, file->size);
			struct file original = *file;

			check_context("file %d byte %zu changed by %u", of_channel, at, change);
			changed.data[at] = (uint8_t)(changed.data[at] ^ change);
			*file = changed;
			CHECK(load(sensor, &files[0], &files[1], NULL) != CI_OK);
			reseal(file);
			if (load(sensor, &files[0], &files[1], NULL) == CI_OK) {
				evaluate_sample();
				loaded++;
			}
			*file = original;
			drop(&changed);
		}
	}
	check_context("%s", "");
	CHECK(loaded > 0);      /* a byte of a name may be any */
	drop(&files[0]);
	drop(&files[1]);
}

/* The torn write of July 2024: nothing but zeros. */
static void test_zeros(void)
{
	struct file templates = sample_templates(), zeros = { 0 };

	for (size_t size = 4; size <= 4096; size *= 2) {
		while (zeros.size < size)
			put_number(&zeros, 0, 1);
		CHECK_STATUS(load(sensor, &templates, &zeros, NULL), CI_BAD_MAGIC);
		CHECK_STATUS(load(sensor, &zeros, &templates, NULL), CI_BAD_MAGIC);
	}
	drop(&templates);
	drop(&zeros);
}

/* One number of the sample is changed; the load must stop there and say so. */
struct broken_rule {
	const char *field;
	size_t at;
	uint32_t size;
	uint64_t number;
	enum ci_status status;
	size_t fault;           /* where, if not at the field; 0: at the field */
};

static void check_rules(int of_channel, const struct broken_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct broken_rule *rule = &rules[i];
		struct file files[2] = { sample_templates(), sample_channel() };
		struct ci_fault fault;

		check_context("%s = %llu", rule->field, (unsigned long long)rule->number);
		set_number(&files[of_channel], rule->at, rule->number, rule->size);
		reseal(&files[of_channel]);
		if (rule->at >= 8 && rule->at < 12)
			set_number(&files[of_channel], rule->at, rule->number, rule->size);
		CHECK_STATUS(load(sensor, &files[0], &files[1], &fault), rule->status);
		CHECK_EQUAL(fault.file, of_channel ? CI_FILE_CHANNEL : CI_FILE_TEMPLATES);
		CHECK_EQUAL(fault.offset, rule->fault ? rule->fault : rule->at);
		drop(&files[0]);
		drop(&files[1]);
	}
	check_context("%s", "");
}

static void test_template_rules(void)
{
	struct file templates = sample_templates();
	size_t type = 12, name = type + 7, inputs = name + strlen(supplied.name);
	size_t inert = templates.size - CHECKSUM - 8 - 2 * 3;
	const struct broken_rule rules[] = {
		{ "magic", 0, 4, 0x46435347, CI_BAD_MAGIC, 0 }, /* the channel file's */
		{ "version", 4, 2, 2, CI_BAD_VERSION, 0 },
		{ "version", 4, 2, 0, CI_BAD_VERSION, 0 },
		{ "type_count", 6, 2, CI_MAX_TYPES + 1, CI_BAD_COUNT, 0 },
		{ "type_count", 6, 2, 3, CI_TRUNCATED, templates.size - CHECKSUM },
		{ "type_count", 6, 2, 1, CI_TRAILING, inert },
		{ "size", 8, 4, templates.size - 1, CI_BAD_SIZE, 0 },
		{ "size", 8, 4, 0xffffffff, CI_BAD_SIZE, 0 },
		{ "type_id", type, 4, 0, CI_BAD_ORDER, 0 },
		{ "type_id", inert, 4, TYPE, CI_BAD_ORDER, 0 },
		{ "input_count", type + 4, 2, 0, CI_BAD_COUNT, 0 },
		{ "input_count", type + 4, 2, CI_MAX_INPUTS + 1, CI_BAD_COUNT, 0 },
		{ "input_count", type + 4, 2, supplied.input_count + 1u, CI_COUNT_MISMATCH, 0 },
		{ "input_count", type + 4, 2, supplied.input_count - 1u, CI_COUNT_MISMATCH, 0 },
		{ "input_count", inert + 4, 2, 3, CI_TRUNCATED, templates.size - CHECKSUM },
		{ "name_size", type + 6, 1, 0, CI_BAD_COUNT, 0 },
		{ "name_size", inert + 6, 1, 255, CI_TRUNCATED, inert + 7 },
		{ "input kind", inputs, 1, 0, CI_BAD_VALUE, 0 },
		{ "input kind", inputs, 1, 3, CI_BAD_VALUE, 0 },
		{ "input kind", inputs, 1, CI_KIND_INTEGER, CI_KIND_MISMATCH, 0 },
		{ "input name_size", inputs + 1, 1, 0, CI_BAD_COUNT, 0 },
		{ "input name_size", inputs + 1, 1, 1, CI_NAME_MISMATCH, inputs + 2 },
		{ "input name", inputs + 2, 1, 'I', CI_NAME_MISMATCH, 0 },
	};

	check_rules(0, rules, sizeof(rules) / sizeof(rules[0]));
	drop(&templates);
}

static void test_channel_rules(void)
{
	struct file channel = sample_channel();
	size_t offsets = 20, programs = offsets + 8, classes = programs + 8;
	size_t first = classes + 32, criteria = first + 16;
	size_t prefix = criteria + 4 + 2 + 5, suffix = prefix + 4 + 2 + 6;
	size_t range = suffix + (4 + 2) + (4 + 2 + 3) + (4 + 2 + 3);
	size_t any = range + 4 + 16, pattern = any + 4, second = pattern + 2 * (4 + 2);
	size_t code = second + 16 + 4 + 2 + 5, insns = code + 4, last = insns + 7 * 6;
	size_t end = channel.size - CHECKSUM;
	const struct broken_rule rules[] = {
		{ "magic", 0, 4, 0x46545347, CI_BAD_MAGIC, 0 },
		{ "version", 4, 2, 0xffff, CI_BAD_VERSION, 0 },
		{ "instance_count", 6, 2, CI_MAX_INSTANCES + 1, CI_BAD_COUNT, 0 },
		{ "size", 8, 4, channel.size + 1, CI_BAD_SIZE, 0 },
		{ "program_count", 16, 2, CI_MAX_PROGRAMS + 1, CI_BAD_COUNT, 0 },
		{ "program_count", 16, 2, 1000, CI_TRUNCATED, programs },
		{ "class_count", 18, 2, CI_MAX_CLASSES + 1, CI_BAD_COUNT, 0 },
		{ "class_count", 18, 2, 1000, CI_TRUNCATED, classes },
		{ "instance_count", 6, 2, 4000, CI_TRUNCATED, offsets },
		{ "instance_offsets[0]", offsets, 4, first + 1, CI_BAD_OFFSET, 0 },
		{ "instance_offsets[1]", offsets + 4, 4, first, CI_BAD_OFFSET, 0 },
		{ "instance_offsets[1]", offsets + 4, 4, 0xffffffff, CI_BAD_OFFSET, 0 },
		{ "program_offsets[0]", programs, 4, 0, CI_BAD_OFFSET, 0 },
		{ "program_offsets[1]", programs + 4, 4, last + 1, CI_BAD_OFFSET, 0 },
		{ "instance_id", first, 4, 0, CI_BAD_ORDER, 0 },
		{ "instance_id", second, 4, 7, CI_BAD_ORDER, 0 },
		{ "type_id", first + 4, 4, 2, CI_BAD_REFERENCE, 0 },
		{ "input_count", first + 8, 2, 0, CI_BAD_COUNT, 0 },
		{ "input_count", first + 8, 2, supplied.input_count + 1u, CI_COUNT_MISMATCH, 0 },
		{ "input_count", second + 8, 2, 1, CI_COUNT_MISMATCH, 0 },
		{ "criterion_count", second + 10, 2, 3, CI_BAD_COUNT, 0 },
		{ "severity", first + 12, 1, 5, CI_BAD_VALUE, 0 },
		{ "reserved", first + 13, 1, 1, CI_BAD_VALUE, 0 },
		{ "name_size", first + 14, 1, 0, CI_BAD_COUNT, 0 },
		{ "input", criteria, 2, supplied.input_count, CI_BAD_REFERENCE, 0 },
		{ "input", prefix, 2, 0, CI_BAD_ORDER, 0 },
		{ "kind", criteria + 2, 1, 8, CI_BAD_VALUE, 0 },
		{ "kind", criteria + 2, 1, RANGE, CI_KIND_MISMATCH, 0 },
		{ "kind", range + 2, 1, PATTERN, CI_KIND_MISMATCH, 0 },
		{ "flags", criteria + 3, 1, 2, CI_BAD_VALUE, 0 },
		{ "flags", range + 3, 1, 1, CI_BAD_VALUE, 0 },
		{ "flags", any + 3, 1, 1, CI_BAD_VALUE, 0 },
		{ "flags", pattern + 3, 1, 1, CI_BAD_VALUE, 0 },
		{ "text size", criteria + 4, 2, 0xffff, CI_TRUNCATED, criteria + 6 },
		{ "high", range + 12, 8, 2, CI_BAD_VALUE, 0 },
		{ "program", pattern + 4, 2, 2, CI_BAD_REFERENCE, 0 },
		{ "insn_count", code, 2, 0, CI_BAD_COUNT, 0 },
		{ "insn_count", code, 2, CI_MAX_INSNS + 1, CI_BAD_COUNT, 0 },
		{ "insn_count", code, 2, 5, CI_BAD_PROGRAM, insns + 4 * 6 }, /* ends with any */
		{ "insn_count", last, 2, 1024, CI_TRUNCATED, end },
		{ "program reserved", code + 2, 2, 1, CI_BAD_VALUE, 0 },
		{ "op", insns, 1, 0, CI_BAD_PROGRAM, 0 },
		{ "op", insns, 1, 8, CI_BAD_PROGRAM, 0 },
		{ "op", insns, 1, 255, CI_BAD_PROGRAM, 0 },
		{ "last op", last + 4, 1, ANY_BYTE, CI_BAD_PROGRAM, 0 },
		{ "condition", insns + 1, 1, 0, CI_BAD_PROGRAM, 0 },
		{ "condition", insns + 1, 1, 8, CI_BAD_PROGRAM, 0 },
		{ "assert x", insns + 2, 2, 1, CI_BAD_PROGRAM, 0 },
		{ "byte y", insns + 6 + 4, 2, 1, CI_BAD_PROGRAM, 0 },
		{ "split x", insns + 12 + 2, 2, 7, CI_BAD_PROGRAM, 0 },
		{ "split y", insns + 12 + 4, 2, 0xffff, CI_BAD_PROGRAM, 0 },
		{ "class arg", insns + 18 + 1, 1, 1, CI_BAD_PROGRAM, 0 },
		{ "class x", insns + 18 + 2, 2, 1, CI_BAD_REFERENCE, 0 },
		{ "any arg", insns + 24 + 1, 1, 1, CI_BAD_PROGRAM, 0 },
		{ "jump x", insns + 30 + 2, 2, 7, CI_BAD_PROGRAM, 0 },
		{ "jump y", insns + 30 + 4, 2, 1, CI_BAD_PROGRAM, 0 },
		{ "match arg", insns + 36 + 1, 1, 1, CI_BAD_PROGRAM, 0 },
		{ "program_count", 16, 2, 1, CI_BAD_OFFSET, offsets },
	};

	check_rules(1, rules, sizeof(rules) / sizeof(rules[0]));
	drop(&channel);
}

static void test_checksum_and_trailing(void)
{
	struct file templates = sample_templates(), channel = sample_channel();
	struct ci_fault fault;

	channel.data[channel.size - 1] ^= 1;
	CHECK_STATUS(load(sensor, &templates, &channel, &fault), CI_BAD_CHECKSUM);
	CHECK_EQUAL(fault.offset, channel.size - CHECKSUM);
	put_number(&channel, 0, 1);
	reseal(&channel);
	CHECK_STATUS(load(sensor, &templates, &channel, &fault), CI_TRAILING);
	CHECK_EQUAL(fault.offset, channel.size - CHECKSUM - 1);
	put_number(&templates, 0, 1);
	reseal(&templates);
	CHECK_STATUS(load(sensor, &templates, &channel, &fault), CI_TRAILING);
	CHECK_EQUAL(fault.file, CI_FILE_TEMPLATES);
	drop(&templates);
	drop(&channel);
}

static void test_most_types_and_inputs(void)
{
	static struct channel nothing;
	struct file channel = finish(&nothing), templates = { 0 };

	put_header(&templates, "GSTF", CI_MAX_TYPES);
	for (uint32_t i = 0; i < CI_MAX_TYPES; i++)
		put_type(&templates, INERT_TYPE + i, CI_MAX_INPUTS, CI_KIND_INTEGER);
	seal(&templates);
	CHECK_STATUS(load(sensor, &templates, &channel, NULL), CI_OK);
	drop(&templates);
	drop(&channel);
}

static void test_most_records(void)
{
	static struct insn insns[CI_MAX_INSNS];
	static struct channel channel;
	struct file templates = sample_templates(), file;

	for (uint32_t i = 0; i < CI_MAX_INSNS; i++)
		insns[i] = (struct insn){ SPLIT, 0, (uint16_t)i, (uint16_t)(CI_MAX_INSNS - 1) };
	for (uint32_t i = 0; i < CI_MAX_CLASSES; i++)
		put_class(&channel, "");
	for (uint32_t i = 0; i < CI_MAX_INSTANCES; i++)
		put_instance(&channel, i + 1, TYPE, supplied.input_count, 0);
	for (uint32_t i = 0; i < CI_MAX_PROGRAMS; i++)
		put_program(&channel, insns, CI_MAX_INSNS);
	file = finish(&channel);
	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_OK);
	drop(&templates);
	drop(&file);
}

static void test_largest_file(void)
{
	static const uint8_t text[UINT16_MAX];
	static struct channel channel;
	struct file templates = sample_templates(), file;
	uint32_t count = CI_MAX_FILE / sizeof(text);
	/* What one instance takes beside its text: offset, record, criterion. */
	size_t around = 4 + 16 + 4 + 2;

	for (uint32_t i = 1; i <= count; i++) {
		size_t left = CI_MAX_FILE - (20 + 4) - channel.instances.size - 4 * (size_t)(i - 1);
		size_t size = left < around + sizeof(text) ? left - around : sizeof(text);

		put_instance(&channel, i, INERT_TYPE, 2, 1);
		put_criterion(&channel, 0, EXACT, 0);
		put_text(&channel, text, size);
	}
	file = finish(&channel);
	CHECK_EQUAL(file.size, CI_MAX_FILE);
	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_OK);
	put_number(&file, 0, 1);
	reseal(&file);
	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_BAD_SIZE);
	drop(&templates);
	drop(&file);
}

static void test_arguments(void)
{
	struct file templates = sample_templates(), channel = sample_channel();
	struct ci_host good = make_host(&test_host), bad;
	struct ci_sensor *other = sensor;
	struct ci_fault fault = { CI_FILE_CHANNEL, 1 };

	CHECK_STATUS(ci_sensor_create(&good, NULL), CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_sensor_create(NULL, &other), CI_BAD_ARGUMENT);
	CHECK(other == NULL);
	bad = good;
	bad.alloc = NULL;
	CHECK_STATUS(ci_sensor_create(&bad, &other), CI_BAD_ARGUMENT);
	bad = good;
	bad.free = NULL;
	CHECK_STATUS(ci_sensor_create(&bad, &other), CI_BAD_ARGUMENT);
	bad = good;
	bad.unlock = NULL;
	CHECK_STATUS(ci_sensor_create(&bad, &other), CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_load(NULL, templates.data, templates.size, channel.data, channel.size,
	                     &fault), CI_BAD_ARGUMENT);
	CHECK_EQUAL(fault.file, CI_FILE_NONE);
	CHECK_STATUS(ci_load(sensor, NULL, 1, channel.data, channel.size, NULL), CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_load(sensor, templates.data, templates.size, NULL, 1, NULL),
	             CI_BAD_ARGUMENT);
	CHECK_STATUS(ci_load(sensor, NULL, 0, NULL, 0, NULL), CI_TRUNCATED);
	CHECK_STATUS(ci_load(sensor, templates.data, templates.size, NULL, 0, &fault),
	             CI_TRUNCATED);
	CHECK_EQUAL(fault.file, CI_FILE_CHANNEL);
	ci_unload(NULL);
	ci_sensor_destroy(NULL);
	drop(&templates);
	drop(&channel);
}

static void test_status_names(void)
{
	for (int a = 0; a <= CI_BAD_ARGUMENT; a++) {
		CHECK(strcmp(ci_status_name((enum ci_status)a), "unknown status") != 0);
		for (int b = 0; b < a; b++)
			CHECK(strcmp(ci_status_name((enum ci_status)a),
			             ci_status_name((enum ci_status)b)) != 0);
	}
	CHECK(strcmp(ci_status_name((enum ci_status)(CI_BAD_ARGUMENT + 1)), "unknown status") == 0);
}

int main(void)
{
	struct ci_host host = make_host(&test_host);

	supplied = *ci_find_supplied(TYPE);
	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	test_good_files();
	test_truncations(0);
	test_truncations(1);
	test_corruptions(0);
	test_corruptions(1);
	test_zeros();
	test_template_rules();
	test_channel_rules();
	test_checksum_and_trailing();
	test_most_types_and_inputs();
	test_most_records();
	test_largest_file();
	test_arguments();
	test_status_names();
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	check_print_reached();
	return EXIT_SUCCESS;
}
