/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "ending.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ask.h"
#include "conduct.h"
#include "stats.h"

/* Out of the way of a core that closes whatever it finds. */
#define GS_LIFELINE_DESCRIPTOR 900

#define EXPORT __attribute__((visibility("default")))

/*
 * Most ways out of a fuzzing process run no destructors: libFuzzer and Atheris
 * leave with _exit, a sanitizer calls its death callback and then the kernel.
 */
EXPORT void __sanitizer_set_death_callback(void (*callback)(void));
EXPORT _Noreturn void exit(int status);
EXPORT _Noreturn void _exit(int status);
EXPORT _Noreturn void _Exit(int status);

#define GS_EXIT_FINDING 77 /* as after a sanitizer's report */

static void (*next_death_callback)(void);

static void on_death(void)
{
	/* It is reported already. */
	gs_core_runs = false;
	gs_ask_settle();
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

_Noreturn void gs_end_with_unit(void)
{
	gs_core_runs = false;
	on_death();
	_exit(GS_EXIT_FINDING);
}

/* libFuzzer leaves this way, too: from its signal handlers, while the core runs. */
static bool is_of_runtime(const void *caller)
{
	void *of_runtime = dlsym(RTLD_NEXT, "__sanitizer_set_death_callback");
	Dl_info runtime;
	Dl_info module;

	return dladdr(of_runtime, &runtime) != 0 && dladdr(caller, &module) != 0 &&
	       runtime.dli_fbase == module.dli_fbase;
}

/*
 * What libFuzzer prints at its end a core can print as well, and the exit status is the
 * core's to choose: that it is done is known from here.
 */
void exit(int status)
{
	void (*next)(int);

	if (!gs_core_runs && gs_conduct_is_ours() && is_of_runtime(__builtin_return_address(0)))
		gs_stats_conclude();
	*(void **)&next = dlsym(RTLD_NEXT, "exit");
	if (next)
		next(status);
	for (;;)
		syscall(SYS_exit_group, status);
}

_Noreturn static void leave(int status, const void *caller)
{
	if (gs_core_runs && gs_conduct_is_ours() && !is_of_runtime(caller)) {
		/* The core's own, of which libFuzzer hears only through exit. */
		gs_core_runs = false;
		exit(status);
	}
	if (gs_conduct_is_ours()) {
		gs_core_runs = false;
		gs_ask_settle();
	}
	gs_stats_flush();
	for (;;)
		syscall(SYS_exit_group, status);
}

void _exit(int status)
{
	leave(status, __builtin_return_address(0));
}

void _Exit(int status)
{
	leave(status, __builtin_return_address(0));
}

/* libFuzzer calls exit when it is done; libc's own way from there is not ours to catch. */
__attribute__((destructor)) static void on_exit_of_process(void)
{
	gs_stats_flush();
}

/*
 * Nobody is left who could be told anything, and what was found lies on disk.
 * An orderly end would be worse: fork mode's parent would remove its jobs' units,
 * and take merge processes that end for inputs that kill the core.
 */
static void *watch_lifeline(void *argument)
{
	struct pollfd line = { .fd = *(int *)argument, .events = 0, .revents = 0 };

	for (;;) {
		/* Only POLLHUP and POLLERR can come; anything else is a signal. */
		if (poll(&line, 1, -1) == 1 && (line.revents & (POLLHUP | POLLERR))) {
			gs_core_runs = false;
			kill(getpid(), SIGKILL);
		}
		if (line.revents & POLLNVAL)
			return NULL;
	}
}

void gs_lifeline_watch(void)
{
	static int fd;
	const char *text = getenv("GROUNDSTOP_LIFELINE");
	sigset_t all;
	sigset_t before;
	pthread_t thread;

	if (!text || !*text)
		return;
	fd = fcntl(atoi(text), F_DUPFD_CLOEXEC, GS_LIFELINE_DESCRIPTOR);
	if (fd < 0)
		fd = atoi(text);
	/* libFuzzer's alarm must find the thread that fuzzes. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, watch_lifeline, &fd) == 0)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}
