/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern programs: a table of meanings, and any program against a slow, plain machine. */
#include <groundstop.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "files.h"

enum { TYPE = 4, INPUT = 0, PATTERN = 7 };
enum { BYTE = 1, ANY, CLASS, JUMP, SPLIT, ASSERT, MATCH };
enum { START = 1, END, LINE_START, LINE_END, LAST_LINE_END, BOUNDARY, NO_BOUNDARY };
enum { MAX_INSNS = CI_MAX_INSNS, MAX_SIZE = 4096 };
enum { FIRST_INSN = 3 };        /* of all in the file: those before are of another program */

static const char *const classes[] = { "ab", "", "b\n_" };

static struct test_host test_host;
static struct ci_sensor *sensor;
static struct file templates;

/* How often each instruction of the program was reported. */
static uint64_t reported[MAX_INSNS];

void groundstop_report_detail(uint32_t detail, uint32_t outcome)
{
	CHECK(detail >= FIRST_INSN && detail - FIRST_INSN < MAX_INSNS);
	CHECK_EQUAL(outcome, 0);
	reported[detail - FIRST_INSN]++;
}

static void load_program(const struct insn *insns, uint32_t count)
{
	static const struct insn unused[FIRST_INSN] = {
		{ ANY, 0, 0, 0 }, { ANY, 0, 0, 0 }, { MATCH, 0, 0, 0 },
	};
	static struct channel channel;
	struct file file;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		put_class(&channel, classes[i]);
	put_instance(&channel, 1, TYPE, ci_find_supplied(TYPE)->input_count, 1);
	put_criterion(&channel, INPUT, PATTERN, 0);
	put_number(&channel.instances, 1, 2);
	put_program(&channel, unused, FIRST_INSN);
	put_program(&channel, insns, count);
	file = finish(&channel);
	CHECK_STATUS(load(sensor, &templates, &file, NULL), CI_OK);
	drop(&file);
}

/* 1 or 0, or 2 when the fuel did not last; *fuel is without instance and criterion. */
static uint32_t search(const uint8_t *bytes, size_t size, uint64_t *fuel)
{
	struct ci_value value = { CI_KIND_BYTES, bytes, size, 0 };
	const struct ci_value *values[CI_MAX_INPUTS] = { &value };
	struct ci_event event = { TYPE, ci_find_supplied(TYPE)->input_count, values };
	struct ci_matches matches = { 0 };
	enum ci_status status;

	memset(reported, 0, sizeof(reported));
	*fuel += 2;
	status = ci_evaluate(sensor, &event, fuel, &matches);
	CHECK(status == CI_OK || status == CI_OUT_OF_FUEL);
	return status == CI_OK ? (uint32_t)matches.count : 2;
}

/* The plain machine: what README.md says, with a list of what is left to do. */
static int is_word(const uint8_t *bytes, size_t size, size_t at)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return at < size && bytes[at] != 0 && strchr(word, bytes[at]) != NULL;
}

static int condition(uint8_t which, const uint8_t *bytes, size_t size, size_t at)
{
	int boundary = (at > 0 && is_word(bytes, size, at - 1)) != is_word(bytes, size, at);

	switch (which) {
	case START: return at == 0;
	case END: return at == size;
	case LINE_START: return at == 0 || bytes[at - 1] == '\n';
	case LINE_END: return at == size || bytes[at] == '\n';
	case LAST_LINE_END: return at == size || (at + 1 == size && bytes[at] == '\n');
	case BOUNDARY: return boundary;
	default: return !boundary;
	}
}

static int consumes(const struct insn *insn, uint8_t byte)
{
	return insn->op == ANY || (insn->op == BYTE && insn->arg == byte) ||
	       (insn->op == CLASS && byte != 0 && strchr(classes[insn->x], byte) != NULL);
}

/* executed: how often each instruction was. */
static uint32_t plain_search(const struct insn *insns, const uint8_t *bytes, size_t size,
                             uint64_t executed[MAX_INSNS])
{
	static uint8_t next[MAX_INSNS + 1], seen[MAX_INSNS + 1];
	static uint32_t left[3 * MAX_INSNS + 3];
	uint32_t matched = 0;

	memset(executed, 0, MAX_INSNS * sizeof(executed[0]));
	memset(next, 0, sizeof(next));
	for (size_t at = 0; at <= size && !matched; at++) {
		uint32_t count = 0;

		left[count++] = 0;
		for (uint32_t i = 0; i < MAX_INSNS; i++) {
			if (next[i])
				left[count++] = i;
		}
		memset(next, 0, sizeof(next));
		memset(seen, 0, sizeof(seen));
		while (count > 0) {
			uint32_t i = left[--count];
			const struct insn *insn = &insns[i];

			if (seen[i])
				continue;
			seen[i] = 1;
			executed[i]++;
			if (insn->op == MATCH)
				matched = 1;
			if (insn->op == JUMP || insn->op == SPLIT)
				left[count++] = insn->x;
			if (insn->op == SPLIT)
				left[count++] = insn->y;
			if (insn->op == ASSERT && condition(insn->arg, bytes, size, at))
				left[count++] = i + 1;
			if (at < size && consumes(insn, bytes[at]))
				next[i + 1] = 1;
		}
	}
	return matched;
}

static uint64_t sum(const uint64_t counts[MAX_INSNS])
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < MAX_INSNS; i++)
		total += counts[i];
	return total;
}

/* The same answer by the same instructions; and one unit less is not enough. */
static void check_value(const struct insn *insns, uint32_t count, const void *bytes, size_t size)
{
	const uint8_t *value = guarded(2, bytes, size);
	static uint64_t executed[MAX_INSNS];
	uint32_t expected = plain_search(insns, value, size, executed);
	uint64_t work = sum(executed), fuel = work;

	CHECK(work <= (uint64_t)count * (size + 1));
	CHECK_EQUAL(search(value, size, &fuel), expected);
	CHECK_EQUAL(fuel, 0);
	CHECK_BYTES(reported, executed, sizeof(executed));
	fuel = work - 1;
	CHECK_EQUAL(search(value, size, &fuel), 2);
	CHECK_EQUAL(fuel, 0);
	CHECK_EQUAL(sum(reported), work - 1);
}

struct meaning {
	const char *name;
	struct insn insns[8];
	const char *matches[6], *others[6];     /* ended by NULL */
};

static const struct meaning meanings[] = {
	{ "nothing", { { MATCH, 0, 0, 0 } }, { "", "a", "\n" }, { NULL } },
	{ "a", { { BYTE, 'a', 0, 0 }, { MATCH, 0, 0, 0 } }, { "a", "ba", "bab" }, { "", "b", "A" } },
	{ ".", { { ANY, 0, 0, 0 }, { MATCH, 0, 0, 0 } }, { "a", "\n", "\xff" }, { "" } },
	{ "[ab]", { { CLASS, 0, 0, 0 }, { MATCH, 0, 0, 0 } }, { "xa", "b" }, { "", "c" } },
	{ "[]", { { CLASS, 0, 1, 0 }, { MATCH, 0, 0, 0 } }, { NULL }, { "", "c", "a" } },
	{ "never", { { JUMP, 0, 0, 0 } }, { NULL }, { "", "a" } },
	{ "split on itself", { { SPLIT, 0, 0, 1 }, { MATCH, 0, 0, 0 } }, { "", "a" }, { NULL } },
	{ "empty loop", { { SPLIT, 0, 1, 2 }, { JUMP, 0, 0, 0 }, { BYTE, 'a', 0, 0 },
	                  { MATCH, 0, 0, 0 } }, { "a", "ba" }, { "", "b" } },
	{ "ab*c", { { BYTE, 'a', 0, 0 }, { SPLIT, 0, 2, 4 }, { BYTE, 'b', 0, 0 }, { JUMP, 0, 1, 0 },
	            { BYTE, 'c', 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "ac", "abc", "xabbbbcx", "aabc" }, { "", "ab", "bc", "a c" } },
	{ "a|b at the end", { { SPLIT, 0, 1, 3 }, { BYTE, 'a', 0, 0 }, { JUMP, 0, 4, 0 },
	                      { BYTE, 'b', 0, 0 }, { ASSERT, END, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "a", "xb", "ab" }, { "", "ax", "a\n" } },
	{ "^", { { ASSERT, START, 0, 0 }, { BYTE, 'a', 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "a", "ab" }, { "", "ba", "\na" } },
	{ "^ of a line", { { ASSERT, LINE_START, 0, 0 }, { BYTE, 'a', 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "a", "b\na" }, { "ba", "\n", "b\n" } },
	{ "$ of a line", { { BYTE, 'a', 0, 0 }, { ASSERT, LINE_END, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "a", "a\nb", "a\n" }, { "ab", "", "\n" } },
	{ "$", { { BYTE, 'a', 0, 0 }, { ASSERT, LAST_LINE_END, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "a", "a\n", "b\na" }, { "a\nb", "a\n\n", "ab" } },
	{ "\\b", { { ASSERT, BOUNDARY, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "a", "_", " 9", "Z " }, { "", " ", "-", "\xe4" } },
	{ "\\B", { { ASSERT, NO_BOUNDARY, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "", " ", "aa", " a ab" }, { "a", "9" } },
	{ "^$", { { ASSERT, START, 0, 0 }, { ASSERT, END, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { "" }, { "a", "\n" } },
	{ "both", { { ASSERT, BOUNDARY, 0, 0 }, { ASSERT, NO_BOUNDARY, 0, 0 }, { MATCH, 0, 0, 0 } },
	  { NULL }, { "", "a", " a" } },
};

static uint32_t size_of(const struct insn *insns)
{
	uint32_t count = 0;

	while (count < 8 && insns[count].op != 0)
		count++;
	return count;
}

static void check_meanings(const struct meaning *meaning, const char *const *values,
                           uint32_t expected)
{
	for (size_t i = 0; i < 6 && values[i]; i++) {
		uint64_t fuel = CI_FUEL_DEFAULT;

		check_context("%s on '%s'", meaning->name, values[i]);
		CHECK_EQUAL(search((const uint8_t *)values[i], strlen(values[i]), &fuel), expected);
		check_value(meaning->insns, size_of(meaning->insns), values[i], strlen(values[i]));
	}
}

static void test_meanings(void)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		load_program(meanings[i].insns, size_of(meanings[i].insns));
		check_meanings(&meanings[i], meanings[i].matches, 1);
		check_meanings(&meanings[i], meanings[i].others, 0);
	}
	check_context("%s", "");
}

static uint32_t any_number(uint32_t below)
{
	static uint64_t state = 291;

	state ^= state >> 12;
	state ^= (state & 0x7fffffffff) << 25;
	state ^= state >> 27;
	return (uint32_t)((state >> 20) % below);
}

static void make_program(struct insn *insns, uint32_t count)
{
	static const uint8_t last[] = { JUMP, SPLIT, MATCH };

	for (uint32_t i = 0; i < count; i++) {
		uint8_t op = i + 1 < count ? (uint8_t)(1 + any_number(MATCH)) :
		                             last[any_number(sizeof(last))];

		insns[i] = (struct insn){ .op = op };
		if (op == BYTE)
			insns[i].arg = (uint8_t)"ab\n_ "[any_number(5)];
		if (op == ASSERT)
			insns[i].arg = (uint8_t)(1 + any_number(NO_BOUNDARY));
		if (op == CLASS)
			insns[i].x = (uint16_t)any_number(sizeof(classes) / sizeof(classes[0]));
		if (op == JUMP || op == SPLIT)
			insns[i].x = (uint16_t)any_number(count);
		if (op == SPLIT)
			insns[i].y = (uint16_t)any_number(count);
	}
}

/* Any program, of any size, on values of the bytes that it knows of. */
static void test_any_program(void)
{
	static struct insn insns[MAX_INSNS];
	uint8_t value[12];

	for (uint32_t round = 0; round < 3000; round++) {
		uint32_t count = 1 + any_number(round % 10 == 0 ? MAX_INSNS : 12);

		check_context("program %u of %u instructions", round, count);
		make_program(insns, count);
		load_program(insns, count);
		for (uint32_t i = 0; i < 8; i++) {
			uint32_t size = any_number(sizeof(value));

			for (uint32_t at = 0; at < size; at++)
				value[at] = (uint8_t)"aab\n_ "[any_number(6)];
			check_value(insns, count, value, size);
		}
	}
	check_context("%s", "");
}

/* As much work as there can be: every instruction at every byte, and no more. */
static void test_most_work(void)
{
	static struct insn insns[MAX_INSNS];
	static uint8_t value[MAX_SIZE];
	uint64_t most = (uint64_t)MAX_INSNS * (MAX_SIZE + 1);
	uint64_t fuel = most;

	/* A tree of splits, backwards, from the last to the first and all over again. */
	insns[0] = (struct insn){ SPLIT, 0, MAX_INSNS - 1, MAX_INSNS - 1 };
	for (uint32_t i = 1; i < MAX_INSNS; i++)
		insns[i] = (struct insn){ SPLIT, 0, (uint16_t)(i - 1), (uint16_t)(i / 2) };
	load_program(insns, MAX_INSNS);
	CHECK_EQUAL(search(guarded(2, value, sizeof(value)), sizeof(value), &fuel), 0);
	CHECK_EQUAL(fuel, 0);
}

int main(void)
{
	struct ci_host host = make_host(&test_host);

	CHECK_STATUS(ci_sensor_create(&host, &sensor), CI_OK);
	put_header(&templates, "GSTF", 1);
	put_supplied_type(&templates, ci_find_supplied(TYPE));
	seal(&templates);
	test_meanings();
	test_any_program();
	test_most_work();
	ci_sensor_destroy(sensor);
	CHECK_EQUAL(test_host.live, 0);
	drop(&templates);
	check_print_reached();
	return EXIT_SUCCESS;
}
