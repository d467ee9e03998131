/* SPDX-License-Identifier: Apache-2.0 */
/* runner.h - between the runner's own parts. */
#ifndef GROUNDSTOP_RUNNER_H
#define GROUNDSTOP_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Append to the last words. */
void gs_death_say(const char *text);

/* Write kind as the summary of the last words and end the process. */
_Noreturn void gs_death_end(const char *kind);

#endif /* GROUNDSTOP_RUNNER_H */
