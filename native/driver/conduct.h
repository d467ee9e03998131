/* SPDX-License-Identifier: Apache-2.0 */
/* conduct.h - what a core does to the process that runs it, while it has an input. */
#ifndef GROUNDSTOP_DRIVER_CONDUCT_H
#define GROUNDSTOP_DRIVER_CONDUCT_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Whether the core's entry point runs: what happens now is its doing. */
extern volatile bool gs_core_runs;

/* Before the first input, and once the engine has set up its own signal handlers. */
void gs_conduct_watch(void);

/* False in a child, also in one that shares the memory (vfork). */
bool gs_conduct_is_ours(void);

/* After each input: ends a process that the core forked, it must not fuzz on. */
void gs_conduct_end_children(void);

/*
 * At times: opens the standard files again where the core has closed them, and sees
 * whether it has left so many open that there will soon be none for anybody else.
 */
void gs_conduct_look(void);

/* Said by gs_conduct_look.  The supervisor starts the next process where this one was. */
extern bool gs_conduct_is_spent;
_Noreturn void gs_conduct_start_anew(void);

/* Standard error, also where the core has closed it; a text to it.  A handler may call it. */
int gs_conduct_stderr(void);
void gs_conduct_say(const char *text);

/* ending.c: have libFuzzer store the input that runs, and end the process. */
_Noreturn void gs_end_with_unit(void);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_CONDUCT_H */
