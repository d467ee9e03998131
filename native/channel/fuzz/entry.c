/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry point of campaigns and replays: one bundle, a fresh sensor, every event.
 *
 * What the interpreter gets lies where a read past its end is seen: each file in an
 * allocation of just its size, each byte string in poisoned memory, and the array of
 * values, which is where July 19, 2024 read, in one of just as many pointers as the
 * release supplies.  Nothing is cleared beforehand: a heap is dirty in the field.
 */
#include <groundstop.h>
#include <stdlib.h>
#include <string.h>

#include "../ci.h"
#include "../cursor.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

#define HEADER_SIZE 16u
#define MAX_EVENTS 64u
#define MAX_REPORTED 64u        /* instance ids of one event */
#define RED_ZONE 8u             /* poisoned bytes behind a value; also what ASan aligns to */

int ci_fuzz_bundle(const uint8_t *data, size_t size) __attribute__((visibility("default")));

enum value_kind { VALUE_ABSENT = 0, VALUE_BYTES = 1, VALUE_INTEGER = 2 };

/* The memory of one event's values; the next event uses it again. */
struct arena {
	struct ci_value values[CI_MAX_INPUTS];
	size_t size;            /* of bytes */
	size_t used;            /* of bytes, red zones included */
	uint8_t bytes[];        /* poisoned but for the byte strings in it */
};

struct run {
	struct ci_sensor *sensor;
	struct ci_cursor events;
	struct arena *arena;
	const struct ci_value **values; /* of the current event */
};

static void *host_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void host_free(void *ctx, void *memory, size_t size)
{
	(void)ctx;
	(void)size;
	free(memory);
}

static const struct ci_host host = { .alloc = host_alloc, .free = host_free };

static struct arena *create_arena(size_t events_size)
{
	size_t size = events_size + (size_t)CI_MAX_INPUTS * 2 * RED_ZONE;
	struct arena *arena = malloc(sizeof(*arena) + size);

	if (arena) {
		arena->size = size;
		arena->used = 0;
		ASAN_POISON_MEMORY_REGION(arena->bytes, size);
	}
	return arena;
}

/* Exactly these bytes; NULL for none, which the interpreter must bear. */
static const uint8_t *keep(struct arena *arena, const uint8_t *bytes, uint32_t size)
{
	uint8_t *kept = arena->bytes + arena->used;

	if (size == 0)
		return NULL;
	ASAN_UNPOISON_MEMORY_REGION(kept, size);
	memcpy(kept, bytes, size);
	arena->used += (size + 2 * RED_ZONE - 1) / RED_ZONE * RED_ZONE;
	return kept;
}

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
static bool take_values(struct run *run, uint32_t count, uint32_t supplied)
{
	for (uint32_t i = 0; i < supplied; i++)
		run->values[i] = NULL;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *bytes = NULL;
		uint64_t number = 0;
		uint16_t size = 0;
		uint8_t kind;

		if (!take_value(&run->events, &kind, &number, &bytes, &size))
			return false;
		if (i >= supplied || kind == VALUE_ABSENT)
			continue;
		run->arena->values[i] = (struct ci_value){
			.kind = kind == VALUE_BYTES ? CI_KIND_BYTES : CI_KIND_INTEGER,
			.data = keep(run->arena, bytes, size),
			.size = size,
			.number = number,
		};
		run->values[i] = &run->arena->values[i];
	}
	return true;
}

static void report_event(enum ci_status status, const struct ci_matches *matches)
{
	uint8_t report[6 + 4 * MAX_REPORTED];
	size_t stored = matches->count < MAX_REPORTED ? matches->count : MAX_REPORTED;
	size_t size = 0;

	report[size++] = 'E';
	report[size++] = (uint8_t)status;
	for (size_t i = 0; i <= stored; i++) {
		uint32_t number = i == 0 ? (uint32_t)matches->count : matches->ids[i - 1];

		for (uint32_t shift = 0; shift < 32; shift += 8)
			report[size++] = (uint8_t)(number >> shift & 0xff);
	}
	groundstop_outcome(report, size);
	if (status == CI_OK || status == CI_OUT_OF_FUEL)
		groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
}

static void evaluate(const struct run *run, uint32_t type_id, uint32_t value_count)
{
	uint32_t ids[MAX_REPORTED];
	struct ci_event event = { type_id, value_count, run->values };
	struct ci_matches matches = { ids, MAX_REPORTED, 0 };
	uint64_t fuel = CI_FUEL_DEFAULT;
	enum ci_status status = ci_evaluate(run->sensor, &event, &fuel, &matches);

	report_event(status, &matches);
}

/* Take one event and evaluate it; false when it was the last. */
static bool run_event(struct run *run)
{
	const struct ci_supplied_type *type;
	uint32_t type_id, supplied;
	uint16_t count;
	bool more;

	if (!ci_take_u32(&run->events, &type_id) || !ci_take_u16(&run->events, &count))
		return false;
	type = ci_find_supplied(type_id);
	supplied = type ? type->input_count : 0;
	run->values = supplied ? malloc(supplied * sizeof(*run->values)) : NULL;
	if (supplied && !run->values)
		return false;
	ASAN_POISON_MEMORY_REGION(run->arena->bytes, run->arena->used);
	run->arena->used = 0;
	more = take_values(run, count, supplied);
	evaluate(run, type_id, supplied);
	free(run->values);
	return more;
}

static void run_events(struct run *run)
{
	const uint8_t *magic;
	uint16_t version, count;

	if (!ci_take_bytes(&run->events, 4, &magic) || memcmp(magic, "GSEV", 4) != 0 ||
	    !ci_take_u16(&run->events, &version) || version != 1 ||
	    !ci_take_u16(&run->events, &count))
		return;
	run->arena = create_arena(run->events.end);
	if (!run->arena)
		return;
	if (count > MAX_EVENTS)
		count = MAX_EVENTS;
	for (uint32_t i = 0; i < count && run_event(run); i++)
		;
	free(run->arena);
}

/* One part of the bundle, as far as it is there. */
static struct ci_cursor take_part(struct ci_cursor *bundle, uint32_t size)
{
	struct ci_cursor part = { .data = bundle->data };
	uint32_t left = bundle->end - bundle->at;

	part.end = size < left ? size : left;
	(void)ci_take_bytes(bundle, part.end, &part.data);
	return part;
}

/* An allocation of just its size; NULL for an empty part. */
static uint8_t *copy_part(const struct ci_cursor *part)
{
	uint8_t *copy = part->end ? malloc(part->end) : NULL;

	if (copy)
		memcpy(copy, part->data, part->end);
	return copy;
}

static enum ci_status load(struct ci_sensor *sensor, const struct ci_cursor *templates,
                           const struct ci_cursor *channel)
{
	uint8_t *templates_copy = copy_part(templates);
	uint8_t *channel_copy = copy_part(channel);
	struct ci_fault fault;
	enum ci_status status = ci_load(sensor, templates_copy, templates->end, channel_copy,
	                                channel->end, &fault);
	uint8_t report[3] = { 'L', (uint8_t)status, (uint8_t)fault.file };

	groundstop_outcome(report, sizeof(report));
	groundstop_stage(status == CI_OK ? GROUNDSTOP_STAGE_LOADED : GROUNDSTOP_STAGE_REJECTED);
	free(templates_copy);
	free(channel_copy);
	return status;
}

int ci_fuzz_bundle(const uint8_t *data, size_t size)
{
	struct ci_cursor bundle = {
		.data = data,
		.end = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX,
	};
	struct ci_cursor templates, channel;
	struct run run = { 0 };
	const uint8_t *magic;
	uint32_t templates_size, channel_size, events_size;
	bool accepted;

	if (size < HEADER_SIZE || !ci_take_bytes(&bundle, 4, &magic) ||
	    memcmp(magic, "GSBD", 4) != 0 || !ci_take_u32(&bundle, &templates_size) ||
	    !ci_take_u32(&bundle, &channel_size) || !ci_take_u32(&bundle, &events_size))
		return -1;
	templates = take_part(&bundle, templates_size);
	channel = take_part(&bundle, channel_size);
	run.events = take_part(&bundle, events_size);

	if (ci_sensor_create(&host, &run.sensor) != CI_OK)
		return -1;
	accepted = load(run.sensor, &templates, &channel) == CI_OK;
	if (accepted)
		run_events(&run);
	ci_sensor_destroy(run.sensor);
	/*
	 * A loader stops at the first broken rule: what is made of a refused file mostly
	 * stops there, too.  Mutation makes enough of them; a corpus of such gets nowhere.
	 */
	return accepted ? 0 : -1;
}
