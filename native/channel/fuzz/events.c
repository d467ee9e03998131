/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <groundstop.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

enum value_kind { VALUE_ABSENT = 0, VALUE_BYTES = 1, VALUE_INTEGER = 2 };

/* False where the value is cut off or of no known kind; *kind is one otherwise. */
static bool take_value(struct ci_cursor *cursor, uint8_t *kind, uint64_t *number,
                       const uint8_t **bytes, uint16_t *size)
{
	if (!ci_take_u8(cursor, kind))
		return false;
	switch (*kind) {
	case VALUE_ABSENT:
		return true;
	case VALUE_BYTES:
		return ci_take_u16(cursor, size) && ci_take_bytes(cursor, *size, bytes);
	case VALUE_INTEGER:
		return ci_take_u64(cursor, number);
	default:
		return false;
	}
}

/* Fill in `supplied` values; false when nothing of use follows. */
static bool take_values(struct fuzz_events *events, const struct ci_value **values, uint32_t count,
                        uint32_t supplied)
{
	struct fuzz_arena *arena = events->arena;

	for (uint32_t i = 0; i < supplied; i++)
		values[i] = NULL;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *bytes = NULL;
		uint64_t number = 0;
		uint16_t size = 0;
		uint8_t kind;

		if (!take_value(&events->cursor, &kind, &number, &bytes, &size))
			return false;
		if (i >= supplied || kind == VALUE_ABSENT)
			continue;
		arena->values[i] = (struct ci_value){
			.kind = kind == VALUE_BYTES ? CI_KIND_BYTES : CI_KIND_INTEGER,
			.data = fuzz_arena_keep(arena, bytes, size),
			.size = size,
			.number = number,
		};
		values[i] = &arena->values[i];
	}
	return true;
}

static void write_answer(struct fuzz_answer *answer, const struct ci_matches *matches)
{
	size_t stored = matches->count < FUZZ_MAX_REPORTED ? matches->count : FUZZ_MAX_REPORTED;

	answer->size = 0;
	answer->bytes[answer->size++] = 'E';
	answer->bytes[answer->size++] = (uint8_t)answer->status;
	for (size_t i = 0; i <= stored; i++) {
		uint32_t number = i == 0 ? (uint32_t)matches->count : matches->ids[i - 1];

		for (uint32_t shift = 0; shift < 32; shift += 8)
			answer->bytes[answer->size++] = (uint8_t)(number >> shift & 0xff);
	}
}

static void evaluate(const struct fuzz_events *events, const struct ci_event *event)
{
	uint32_t ids[FUZZ_MAX_REPORTED];
	struct ci_matches matches = { ids, FUZZ_MAX_REPORTED, 0 };
	uint64_t fuel = events->fuel;
	struct fuzz_answer answer;

	answer.limit = ci_fuel_limit(events->sensor, event);
	answer.status = ci_evaluate(events->sensor, event, &fuel, &matches);
	answer.spent = events->fuel - fuel;
	write_answer(&answer, &matches);
	events->answered(events->ctx, &answer);
}

bool fuzz_run_event(struct fuzz_events *events)
{
	const struct ci_supplied_type *type;
	const struct ci_value **values;
	uint32_t type_id, supplied;
	uint16_t count;
	bool more;

	if (!ci_take_u32(&events->cursor, &type_id) || !ci_take_u16(&events->cursor, &count))
		return false;
	if (!events->arena)
		events->arena = fuzz_arena_create(events->cursor.end);
	type = ci_find_supplied(type_id);
	supplied = type ? type->input_count : 0;
	values = supplied ? malloc(supplied * sizeof(*values)) : NULL;
	if (!events->arena || (supplied && !values)) {
		free(values);
		return false;
	}
	fuzz_arena_reset(events->arena);
	more = take_values(events, values, count, supplied);
	evaluate(events, &(struct ci_event){ type_id, supplied, values });
	free(values);
	return more;
}

void fuzz_run_events(struct fuzz_events *events)
{
	const uint8_t *magic;
	uint16_t version, count;

	if (!ci_take_bytes(&events->cursor, 4, &magic) || memcmp(magic, "GSEV", 4) != 0 ||
	    !ci_take_u16(&events->cursor, &version) || version != 1 ||
	    !ci_take_u16(&events->cursor, &count))
		return;
	if (count > FUZZ_MAX_EVENTS)
		count = FUZZ_MAX_EVENTS;
	for (uint32_t i = 0; i < count && fuzz_run_event(events); i++)
		;
	fuzz_close_events(events);
}

void fuzz_close_events(struct fuzz_events *events)
{
	free(events->arena);
	events->arena = NULL;
}

void fuzz_report_answer(void *ctx, const struct fuzz_answer *answer)
{
	(void)ctx;
	groundstop_outcome(answer->bytes, answer->size);
	/* Out of fuel is a status like others; the bound is what the interpreter declares. */
	groundstop_fuel(answer->spent, answer->limit);
	if (answer->status == CI_OK || answer->status == CI_OUT_OF_FUEL)
		groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
}
