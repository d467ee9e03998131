/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is fuel the work that is done?  The interpreter is compiled with a call at each edge, which
 * is counted here: what a longer value costs in edges is in proportion to what it costs in
 * fuel, whatever the criterion.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { TYPE = 4, BYTES_INPUT = 0 };
enum { ANY, EXACT, PREFIX, SUFFIX, SUBSTRING, GLOB, RANGE, PATTERN };
enum { NOCASE = 1 };
enum { BYTE = 1, ANY_BYTE, CLASS, JUMP, SPLIT, ASSERT, MATCH };
enum { SHORT_VALUE = 512, LONG_VALUE = 2048 };
/* Executing an instruction is some 40 edges, unoptimized; a walk through 32 words over 90. */
enum { EDGES_FOR_FUEL = 64 };

static uint64_t edges;
static struct test_host test_host;
static struct ci_sensor *sensor;
static struct file templates;

void __sanitizer_cov_trace_pc(void);

__attribute__((no_sanitize("coverage"))) void __sanitizer_cov_trace_pc(void)
{
	edges++;
}

static void evaluate(const uint8_t *bytes, size_t size, uint64_t *spent, uint64_t *work)
{
	struct ci_value value = { CI_KIND_BYTES, bytes, size, 0 };
	const struct ci_value *values[CI_MAX_INPUTS] = { &value };
	struct ci_event event = { TYPE, ci_find_supplied(TYPE)->input_count, values };
	struct ci_matches matches = { 0 };
	uint64_t fuel = UINT64_MAX;

	edges = 0;
	CHECK_STATUS(ci_evaluate(sensor, &event, &fuel, &matches), CI_OK);
	*work = edges;
	*spent = UINT64_MAX - fuel;
}

static void check_work(struct channel *channel, const char *what)
{
	static uint8_t bytes[LONG_VALUE];
	uint64_t fuel[2], work[2];
	struct file file = finish(channel);

	check_context("%s", what);
	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_OK);
	drop(&file);
	memset(bytes, 'a', sizeof(bytes));
	evaluate(bytes, SHORT_VALUE, &fuel[0], &work[0]);
	evaluate(bytes, LONG_VALUE, &fuel[1], &work[1]);
	CHECK(work[0] > 0);
	CHECK(work[0] <= EDGES_FOR_FUEL * (fuel[0] + CI_MAX_INPUTS));
	CHECK(work[1] - work[0] <= EDGES_FOR_FUEL * (fuel[1] - fuel[0] + 1));
}

static void check_text(uint32_t kind, uint32_t flags, const char *text, const char *what)
{
	static struct channel channel;

	put_instance(&channel, 1, TYPE, ci_find_supplied(TYPE)->input_count, 1);
	put_criterion(&channel, BYTES_INPUT, kind, flags);
	put_text(&channel, text, strlen(text));
	check_work(&channel, what);
}

static void check_program(const struct insn *insns, uint32_t count, const char *what)
{
	static struct channel channel;

	put_class(&channel, "xyz");
	put_instance(&channel, 1, TYPE, ci_find_supplied(TYPE)->input_count, 1);
	put_criterion(&channel, BYTES_INPUT, PATTERN, 0);
	put_number(&channel.instances, 0, 2);
	put_program(&channel, insns, count);
	check_work(&channel, what);
}

static void check_programs(void)
{
	static struct insn insns[CI_MAX_INSNS];

	for (uint32_t i = 0; i + 1 < CI_MAX_INSNS; i++)
		insns[i] = (struct insn){ BYTE, 'x', 0, 0 };
	insns[CI_MAX_INSNS - 1] = (struct insn){ MATCH, 0, 0, 0 };
	check_program(insns, CI_MAX_INSNS, "one of 1024 instructions at each byte");
	check_program(insns + CI_MAX_INSNS - 2, 2, "one of 2");
	insns[0] = (struct insn){ CLASS, 0, 0, 0 };
	check_program(insns, CI_MAX_INSNS, "a class");
	/* From end to end, in all sets. */
	insns[0] = (struct insn){ SPLIT, 0, CI_MAX_INSNS - 3, 500 };
	insns[CI_MAX_INSNS - 3] = (struct insn){ ANY_BYTE, 0, 0, 0 };
	insns[CI_MAX_INSNS - 2] = (struct insn){ JUMP, 0, 1, 0 };
	check_program(insns, CI_MAX_INSNS, "first, middle and last");
	for (uint32_t i = 0; i + 1 < CI_MAX_INSNS; i++)
		insns[i] = (struct insn){ SPLIT, 0, (uint16_t)(i + 1), (uint16_t)((i + 37) % 1023) };
	insns[CI_MAX_INSNS - 2] = (struct insn){ BYTE, 'x', 0, 0 };
	check_program(insns, CI_MAX_INSNS, "all of them, backward and forward");
}

int main(void)
{
	struct ci_host host = make_host(&test_host);

	templates = release_templates();
	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	check_text(EXACT, 0, "aaab", "exact");
	check_text(PREFIX, 0, "aaab", "prefix");
	check_text(PREFIX, NOCASE, "aaab", "prefix, in any case");
	check_text(SUFFIX, NOCASE, "aaab", "suffix, in any case");
	check_text(SUBSTRING, 0, "aaaaaaaaab", "substring");
	check_text(SUBSTRING, NOCASE, "b", "a short substring, in any case");
	check_text(GLOB, 0, "*a*a*a*b", "glob");
	check_text(GLOB, NOCASE, "*?b*", "glob, in any case");
	check_programs();
	drop(&templates);
	ci_sensor_destroy(sensor);
	return 0;
}
