/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "ending.h"

#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stats.h"

#define EXPORT __attribute__((visibility("default")))

/*
 * Most ways out of a fuzzing process run no destructors: libFuzzer and Atheris
 * leave with _exit, a sanitizer calls its death callback and then the kernel.
 */
EXPORT void __sanitizer_set_death_callback(void (*callback)(void));
EXPORT _Noreturn void _exit(int status);
EXPORT _Noreturn void _Exit(int status);

static void (*next_death_callback)(void);

static void on_death(void)
{
	gs_stats_flush();
	if (next_death_callback)
		next_death_callback();
}

void __sanitizer_set_death_callback(void (*callback)(void))
{
	void (*next)(void (*)(void));

	next_death_callback = callback;
	*(void **)&next = dlsym(RTLD_NEXT, "__sanitizer_set_death_callback");
	if (next)
		next(on_death);
}

void _exit(int status)
{
	gs_stats_flush();
	for (;;)
		syscall(SYS_exit_group, status);
}

void _Exit(int status)
{
	_exit(status);
}

/* libFuzzer calls exit when it is done; libc's own way from there is not ours to catch. */
__attribute__((destructor)) static void on_exit_of_process(void)
{
	gs_stats_flush();
}

static int lifeline(void)
{
	static int fd = -2;
	const char *text;

	if (fd == -2) {
		text = getenv("GROUNDSTOP_LIFELINE");
		fd = text && *text ? atoi(text) : -1;
	}
	return fd;
}

void gs_lifeline_check(void)
{
	struct pollfd line = { .fd = lifeline(), .events = 0, .revents = 0 };

	if (line.fd >= 0 && poll(&line, 1, 0) == 1 && (line.revents & POLLHUP))
		kill(getpid(), SIGTERM);
}
