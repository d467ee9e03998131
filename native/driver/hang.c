/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "hang.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "budget.h"
#include "conduct.h"
#include "stats.h"
#include "unit.h"

#define NS_PER_SECOND UINT64_C(1000000000)
/* How often the thread looks; what it measures is off by so much. */
#define TICK_NS UINT64_C(50000000)
/* The least that adapts: far above what it is off by, and above what a page fault takes. */
#define LEAST_NS NS_PER_SECOND
/* So many times the slowest input, and the average: what is not slow is not measured. */
#define TIMES 50u
#define TIMES_AVERAGE 100u
/* Inputs of the campaign before their slowest says something. */
#define KNOWN_INPUTS 100u
/* As libFuzzer, where nothing else is asked for. */
#define DEFAULT_SECONDS 1200.0
#define DEFAULT_STATUS 70
/* For the stack of the core, in ticks: it may hear nothing. */
#define STACK_TICKS 20
#define WATCHER_STACK (256u << 10)

static uint64_t most_ns;
static bool adapts;
static int exit_status = DEFAULT_STATUS;

/* Odd while an input runs. */
static _Atomic uint64_t number;
static const uint8_t *volatile input;
static volatile size_t input_size;

static pthread_t fuzzing;
static clockid_t working;
static pid_t fuzzing_id;
static volatile sig_atomic_t has_stack;

static double seconds_of(const char *text, double otherwise)
{
	char *end;
	double value = text ? strtod(text, &end) : 0;

	/* 0 is for none, as libFuzzer has it. */
	return text && end != text && value >= 0 ? value : otherwise;
}

void gs_hang_limit(int argc, char **argv)
{
	const char *wanted = getenv("GROUNDSTOP_TIMEOUT");
	const char *status = gs_flag(argc, argv, "timeout_exitcode");
	double seconds = seconds_of(gs_flag(argc, argv, "timeout"), DEFAULT_SECONDS);

	adapts = wanted && strcmp(wanted, "adaptive") == 0;
	if (!adapts)
		seconds = seconds_of(wanted, seconds);
	most_ns = (uint64_t)(seconds < 1e9 ? seconds * 1e9 : 1e18);
	if (status)
		exit_status = atoi(status);
}

void gs_hang_begin(const uint8_t *data, size_t size)
{
	input = data;
	input_size = size;
	atomic_store_explicit(&number, number + 1, memory_order_release);
}

void gs_hang_end(void)
{
	atomic_store_explicit(&number, number + 1, memory_order_release);
}

static uint64_t limit(void)
{
	uint64_t slow = gs_slowest();
	uint64_t average = gs_average();

	/* One that hangs is no news after the first: it need not take the most again. */
	if (!adapts || (gs_inputs() < KNOWN_INPUTS && !gs_hang_was_seen()))
		return most_ns;
	if (slow < average * TIMES_AVERAGE / TIMES)
		slow = average * TIMES_AVERAGE / TIMES;
	if (slow < LEAST_NS / TIMES)
		slow = LEAST_NS / TIMES;
	return slow < most_ns / TIMES ? slow * TIMES : most_ns;
}

/* Of the thread that fuzzes; where it cannot be told, as it was. */
static uint64_t worked(uint64_t before)
{
	struct timespec now;

	if (clock_gettime(working, &now) != 0)
		return before;
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* Whether it waits for something; one that only has no processor to run on does not. */
static bool is_asleep(void)
{
	char path[64];
	char text[512];
	const char *name_end;
	ssize_t size;
	int file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)fuzzing_id);
	file = open(path, O_RDONLY | O_CLOEXEC);
	size = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (file >= 0)
		close(file);
	if (size <= 0)
		return true;
	text[size] = '\0';
	name_end = strrchr(text, ')');
	return !name_end || name_end[1] != ' ' || name_end[2] != 'R';
}

static void show_stack(int signal_number)
{
	void (*print)(void);

	(void)signal_number;
	*(void **)&print = dlsym(RTLD_DEFAULT, "__sanitizer_print_stack_trace");
	if (print)
		print();
	has_stack = 1;
}

static void pause_for(uint64_t ns)
{
	struct timespec left = { (time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND) };

	nanosleep(&left, NULL);
}

/* The thread that fuzzes says where it is, if it still listens. */
static void ask_for_stack(void)
{
	struct sigaction action;
	int ticks;

	memset(&action, 0, sizeof(action));
	action.sa_handler = show_stack;
	action.sa_flags = (int)SA_ONSTACK;
	if (sigaction(SIGALRM, &action, NULL) != 0 || pthread_kill(fuzzing, SIGALRM) != 0)
		return;
	for (ticks = 0; ticks < STACK_TICKS && !has_stack; ticks++)
		pause_for(TICK_NS);
}

/* End the process, unless the input has just returned: then it is freed by now. */
static void end(uint64_t running, uint64_t took, uint64_t allowed)
{
	char words[256];
	const char *path;

	if (atomic_load_explicit(&number, memory_order_acquire) != running)
		return;
	/* Nothing from here on is the core's doing. */
	gs_core_runs = false;
	gs_hang_seen(allowed);
	path = gs_unit_store("timeout", input, input_size);
	snprintf(words, sizeof(words),
	         "\n==%d== ERROR: Groundstop: timeout: the core has an input for %.1f s, and the limit "
	         "is %.1f s\n", (int)getpid(), (double)took / 1e9, (double)allowed / 1e9);
	gs_conduct_say(words);
	ask_for_stack();
	gs_conduct_say("SUMMARY: Groundstop: timeout\n");
	gs_unit_tell(gs_conduct_stderr(), path);
	_exit(exit_status);
}

/* What the input that runs has taken so far. */
struct watched {
	uint64_t number;
	uint64_t at;
	uint64_t cpu;
	uint64_t work;
	uint64_t sleep;
};

static void look(struct watched *last)
{
	uint64_t seen = atomic_load_explicit(&number, memory_order_acquire);
	uint64_t now = gs_clock_ns();
	uint64_t cpu = worked(last->cpu);
	uint64_t work = cpu - last->cpu;
	uint64_t passed = now - last->at;

	last->at = now;
	last->cpu = cpu;
	if (seen != last->number) {
		if (last->work + last->sleep != 0)
			gs_slowest_note(last->work + last->sleep + TICK_NS);
		last->number = seen;
		last->work = 0;
		last->sleep = 0;
		return;
	}
	if (seen % 2 == 0)
		return;
	/* A machine that stood still is not to be seen in one step. */
	if (passed > 2 * TICK_NS)
		passed = 2 * TICK_NS;
	last->work += work;
	if (work < passed / 2 && is_asleep())
		last->sleep += passed - work;
	if (last->work >= limit())
		end(seen, last->work, limit());
	if (last->work + last->sleep >= most_ns)
		end(seen, last->work + last->sleep, most_ns);
}

static void *watch(void *unused)
{
	struct watched last = { 0 };

	last.at = gs_clock_ns();
	last.cpu = worked(0);
	for (;;) {
		pause_for(TICK_NS);
		look(&last);
	}
	return unused;
}

void gs_hang_watch(bool native)
{
	static const struct itimerval stopped;
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	int failed;

	if (most_ns == 0)
		return;
	if (!native) {
		adapts = false;
		most_ns *= 2;
	}
	fuzzing = pthread_self();
	fuzzing_id = (pid_t)syscall(SYS_gettid);
	if (pthread_getcpuclockid(fuzzing, &working) != 0 || pthread_attr_init(&attributes) != 0)
		return;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, WATCHER_STACK);
	/* No signal is for it. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, &attributes, watch, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	/* libFuzzer's own alarm goes by the clock on the wall. */
	if (failed == 0 && native)
		setitimer(ITIMER_REAL, &stopped, NULL);
}
