/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <groundstop.h>

#include "scan.h"

/* Seconds; far more than a scan of a testcase takes, far less than an input may. */
#define SCAN_TIMEOUT 2

struct callback_state {
	struct scan_result *result;
	int report;
};

void scan_prepare(void)
{
	static int ready;

	if (!ready) {
		if (yr_initialize() != ERROR_SUCCESS)
			abort();
		ready = 1;
	}
	/* A scanner's canary is random, and an input must do the same every time. */
	srand(1);
}

static size_t read_some(void *to, size_t size, size_t count, void *user_data)
{
	struct scan_bytes *file = user_data;
	size_t whole = size ? (file->size - file->at) / size : 0;

	if (whole > count)
		whole = count;
	if (whole)
		memcpy(to, file->from + file->at, whole * size);
	file->at += whole * size;
	return whole;
}

static size_t write_some(const void *from, size_t size, size_t count, void *user_data)
{
	struct scan_bytes *file = user_data;
	size_t more = size * count;

	if (file->room - file->size < more) {
		size_t room = 2 * file->room + more;
		uint8_t *larger = realloc(file->to, room);

		if (!larger)
			return 0;
		file->to = larger;
		file->room = room;
	}
	memcpy(file->to + file->size, from, more);
	file->size += more;
	return count;
}

int scan_load(struct scan_bytes *file, YR_RULES **rules)
{
	YR_STREAM stream = {.user_data = file, .read = read_some};

	return yr_rules_load_stream(&stream, rules);
}

int scan_save(YR_RULES *rules, struct scan_bytes *file)
{
	YR_STREAM stream = {.user_data = file, .write = write_some};

	return yr_rules_save_stream(rules, &stream);
}

static void report_rule(YR_SCAN_CONTEXT *context, const YR_RULE *rule, const char *identifier,
			uint8_t length, int matched)
{
	uint8_t record[2] = {'M', length};
	size_t index = (size_t)(rule - context->rules->rules_table);

	if (index < GROUNDSTOP_MAX_ELEMENTS)
		groundstop_element((uint32_t)index, (uint32_t)matched);
	if (matched) {
		groundstop_outcome(record, sizeof(record));
		groundstop_outcome(identifier, length);
	}
}

static int on_message(YR_SCAN_CONTEXT *context, int message, void *message_data, void *user_data)
{
	struct callback_state *state = user_data;
	struct scan_result *result = state->result;
	const YR_RULE *rule = message_data;
	uint8_t length;

	if (message == CALLBACK_MSG_SCAN_FINISHED)
		result->finished = 1;
	if (message != CALLBACK_MSG_RULE_MATCHING && message != CALLBACK_MSG_RULE_NOT_MATCHING)
		return CALLBACK_CONTINUE;
	/* What whoever scans reads of a rule, wherever the file says that it is. */
	length = (uint8_t)strnlen(rule->identifier, SCAN_IDENTIFIER);
	if (message == CALLBACK_MSG_RULE_MATCHING) {
		for (uint8_t i = 0; i < length; i++)
			result->hash = (result->hash ^ (uint8_t)rule->identifier[i]) * 0x100000001b3u;
		result->hash = (result->hash ^ 0x100u) * 0x100000001b3u;
		result->matches++;
	}
	if (state->report)
		report_rule(context, rule, rule->identifier, length,
			    message == CALLBACK_MSG_RULE_MATCHING);
	return CALLBACK_CONTINUE;
}

void scan_data(YR_RULES *rules, const struct bundle *bundle, int report,
	       struct scan_result *result)
{
	struct callback_state state = {.result = result, .report = report};

	*result = (struct scan_result){.hash = 0xcbf29ce484222325u};
	result->error = (uint32_t)yr_rules_scan_mem(rules, bundle->data, bundle->data_size,
						    SCAN_FLAGS_NO_TRYCATCH, on_message, &state,
						    SCAN_TIMEOUT);
}
