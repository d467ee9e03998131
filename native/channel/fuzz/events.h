/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - decodes events and has a sensor evaluate them.
 *
 * What the interpreter gets lies where a read past its end is seen: each byte string in
 * poisoned memory, and the array of values, which is where July 19, 2024 read, in an
 * allocation of just as many pointers as the release supplies.  Nothing is cleared
 * beforehand: a heap is dirty in the field.
 */
#ifndef FUZZ_EVENTS_H
#define FUZZ_EVENTS_H

#include "../ci.h"
#include "../cursor.h"

#define FUZZ_MAX_EVENTS 64u
#define FUZZ_MAX_REPORTED 64u   /* instance ids of one event */
#define FUZZ_MAX_ANSWER (6u + 4u * FUZZ_MAX_REPORTED)

/* What became of one event: its part of the outcome, as README.md has it, and its work. */
struct fuzz_answer {
	enum ci_status status;
	uint64_t spent;         /* fuel */
	uint64_t limit;         /* what ci_fuel_limit says that it may be */
	uint32_t size;          /* of bytes */
	uint8_t bytes[FUZZ_MAX_ANSWER];
};

struct fuzz_arena;

struct fuzz_events {
	struct ci_sensor *sensor;
	struct ci_cursor cursor;
	struct fuzz_arena *arena;       /* NULL: none yet */
	uint64_t fuel;                  /* the budget of each event */
	void (*answered)(void *ctx, const struct fuzz_answer *answer);
	void *ctx;                      /* of answered */
};

#pragma GCC visibility push(hidden)

/* Evaluate all events that the cursor is at the magic of. */
void fuzz_run_events(struct fuzz_events *events);

/* Take one event and evaluate it; false when nothing of use follows. */
bool fuzz_run_event(struct fuzz_events *events);

/* Give back the memory of the values; more events may follow all the same. */
void fuzz_close_events(struct fuzz_events *events);

/* The usual `answered`: outcome, fuel and stage, to the framework. */
void fuzz_report_answer(void *ctx, const struct fuzz_answer *answer);

#pragma GCC visibility pop

#endif /* FUZZ_EVENTS_H */
