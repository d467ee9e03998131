/* SPDX-License-Identifier: Apache-2.0 */
/* runner.h - between the runner's own parts. */
#ifndef GROUNDSTOP_RUNNER_H
#define GROUNDSTOP_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "runner_protocol.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GS_ADDRESS_SANITIZER 1
#endif
#endif

/* runner_input.c: where an input lies while the core has it. */

/*
 * A copy of the input behind which nothing can be read: an allocation of exactly
 * its size under AddressSanitizer, bytes that end at a guard page elsewhere.
 * NULL when there is no memory for it.  Released before the next one is taken.
 */
uint8_t *gs_input_take(const uint8_t *bytes, size_t size);
void gs_input_release(uint8_t *input, size_t size);

/* Whether an access at address hit the guard page; *past is its distance from the end. */
bool gs_input_guards(uintptr_t address, size_t *past);

/* runner_death.c: last words, kept where they survive the process. */

/*
 * From now on every death of this process leaves its reason in arena->message.
 * report_fd is where sanitizer runtimes write.  Call before the core is loaded.
 */
void gs_death_watch(struct gs_arena *arena, int report_fd);

/* False in a child that the core forked: it must not speak for the runner. */
bool gs_death_is_ours(void);

/* Whether an exit now would be the core's doing. */
void gs_death_running(bool running);

/* Append to the last words: text; a number; an ERROR line's beginning; the SUMMARY line. */
void gs_death_say(const char *text);
void gs_death_number(uintptr_t number, unsigned base);
void gs_death_kind(const char *kind, const char *detail);
void gs_death_summary(const char *kind);

/* Append the calling thread's stack, from the frame at `from` on, or all of it when 0. */
void gs_death_stack(uintptr_t from);

/* Write kind as the summary of the last words and end the process. */
_Noreturn void gs_death_end(const char *kind);

/* Append one frame.  Whether the address is in a module that is loaded. */
void gs_death_frame(unsigned number, uintptr_t pc);
bool gs_death_knows(uintptr_t pc);

/* runner_signals.c: from now on report deadly signals that no sanitizer runtime reports. */
void gs_signals_handle(void);

/* runner_detail.c: the provider of groundstop_report_detail, as report.c of the others. */

struct gs_details {
	uint32_t touched_count;
	uint16_t touched[GROUNDSTOP_MAX_ELEMENTS];
	uint8_t mask[GROUNDSTOP_MAX_ELEMENTS];
};

void gs_details_reset(void);
const struct gs_details *gs_details_get(void);

/* runner_entry.c: the core's functions. */

typedef int (*gs_entry_point)(const uint8_t *data, size_t size);

/* Load the core and have it initialize itself.  NULL, or what is wrong with it. */
const char *gs_entry_load(const char *path, const char *name);

/* The function of the core's own with that name; the one it was loaded for when empty. */
gs_entry_point gs_entry_named(const char *name);

/*
 * Call it.  With a fill of 0..255 fresh heap blocks and the stack hold that byte
 * before, and *stack is how many bytes of stack were used; else it is 0.
 */
int gs_entry_call(gs_entry_point entry, int32_t fill, const uint8_t *data, size_t size,
                  size_t *stack);

/* runner_heap.c: from now on, until gs_heap_leave, fresh heap blocks hold `byte`. */
void gs_heap_fill(uint8_t byte);
void gs_heap_leave(void);

/* runner_stack.c: call over a painted stack; *used is 0 where none could be painted. */
int gs_stack_call(gs_entry_point entry, const uint8_t *data, size_t size, uint8_t fill,
                  size_t *used);

/* runner_setup.c: everything before the first input. */

/* Descriptors of ours are from here on, unseen by what the core executes. */
#define GS_FIRST_DESCRIPTOR 900

/* Arguments of the runner; see runner.c. */
enum gs_argument {
	GS_ARG_CORE = 1,
	GS_ARG_ENTRY,
	GS_ARG_REQUESTS,
	GS_ARG_RESPONSES,
	GS_ARG_ARENA,
	GS_ARG_REPORT,
	GS_ARG_MEMORY,
	GS_ARG_COUNT,
};

struct gs_runner {
	struct gs_arena *arena;
	uint8_t *blobs;        /* arena->blob_size bytes */
	const uint32_t *sizes; /* GS_MAX_BATCH */
	const uint8_t *inputs;
	gs_entry_point entry; /* what the request that is served asks for */
	int32_t fill;
	int requests;
	int responses;
};

/*
 * Map the arena, set limits, load the core.  Returns 0, or the process' exit status;
 * arena->message says more once the arena is there.
 */
int gs_setup(struct gs_runner *runner, char **argv);

#endif /* GROUNDSTOP_RUNNER_H */
