/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* MADV_DONTFORK, __rlimit_resource_t */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define GS_CAPTURE_LIMIT (16u << 20) /* bytes that the core may print, or write to any file */
#define GS_GRACE_SECONDS 2           /* for a core that still runs when the parent is gone */
#define GS_WATCHER_STACK (128u << 10)
#define GS_OURS 8 /* descriptors that we keep to ourselves, and a few */

/* Exit statuses of a set-up that failed before there was an arena to say so in. */
enum { GS_BAD_DESCRIPTORS = 3, GS_BAD_ARENA = 4, GS_BAD_CORE = 5 };

static long number_of(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text != '\0' && *end == '\0' && value >= 0 && value <= INT_MAX ? value : -1;
}

/* As many as are allowed; a core has its own use for the low ones. */
static int first_descriptor(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 0;
	if (files.rlim_cur < GS_FIRST_DESCRIPTOR + GS_OURS && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max < GS_FIRST_DESCRIPTOR + GS_OURS ?
				 files.rlim_max : GS_FIRST_DESCRIPTOR + GS_OURS;
		(void)setrlimit(RLIMIT_NOFILE, &files);
		(void)getrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur >= GS_FIRST_DESCRIPTOR + GS_OURS)
		return GS_FIRST_DESCRIPTOR;
	return files.rlim_cur > GS_OURS ? (int)files.rlim_cur - GS_OURS : 0;
}

/* Move an inherited descriptor to a high number, unseen by what the core executes. */
static int take_descriptor(const char *text)
{
	long inherited = number_of(text);
	int taken = inherited < 0 ? -1 : fcntl((int)inherited, F_DUPFD_CLOEXEC, first_descriptor());

	if (taken < 0)
		return -1;
	close((int)inherited);
	return taken;
}

/* Map part of the arena between two pages that cannot be touched, and not in children. */
static void *map_part(int file, size_t offset, size_t size, int protection)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	uint8_t *reserved = mmap(NULL, whole + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *part;

	if (reserved == MAP_FAILED)
		return NULL;
	part = mmap(reserved + page, size, protection, MAP_SHARED | MAP_FIXED, file, (off_t)offset);
	if (part == MAP_FAILED || madvise(part, whole, MADV_DONTFORK) != 0)
		return NULL;
	return part;
}

static bool map_arena(struct gs_runner *runner, int file)
{
	size_t fixed = sizeof(struct gs_arena);
	struct gs_arena *head = mmap(NULL, fixed, PROT_READ, MAP_SHARED, file, 0);
	const uint8_t *inputs;
	size_t blob_size;
	size_t input_size;

	if (head == MAP_FAILED || head->magic != GS_ARENA_MAGIC)
		return false;
	blob_size = head->blob_size;
	input_size = sizeof(uint32_t) * GS_MAX_BATCH + head->input_size;
	munmap(head, fixed);
	runner->arena = map_part(file, 0, fixed + blob_size, PROT_READ | PROT_WRITE);
	inputs = map_part(file, fixed + blob_size, input_size, PROT_READ);
	if (runner->arena == NULL || inputs == NULL || blob_size < GS_BLOB_LIMIT)
		return false;
	runner->blobs = (uint8_t *)runner->arena + fixed;
	runner->sizes = (const uint32_t *)(const void *)inputs;
	runner->inputs = inputs + sizeof(uint32_t) * GS_MAX_BATCH;
	return true;
}

/*
 * The parent is gone when nobody can write requests any more.  An idle runner
 * sees that by itself; one whose core never returns is ended from here.
 */
static void *watch_parent(void *descriptor)
{
	struct pollfd requests = {.fd = *(const int *)descriptor};

	while (poll(&requests, 1, -1) < 0 && errno == EINTR)
		;
	sleep(GS_GRACE_SECONDS);
	kill(getpid(), SIGKILL);
	return NULL;
}

static bool start_watcher(int *requests)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	int failed;

	/* Signals are for the thread that runs the core: its stack is what a report shows. */
	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, GS_WATCHER_STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, &attributes, watch_parent, requests);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return failed == 0;
}

static void limit(int resource, rlim_t value)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
		return;
	if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max)
		value = now.rlim_max;
	now.rlim_cur = value;
	now.rlim_max = value;
	setrlimit((__rlimit_resource_t)resource, &now);
}

/* AddressSanitizer reserves terabytes and has limits of its own, set by the parent. */
static void limit_memory(long megabytes)
{
#ifdef GS_ADDRESS_SANITIZER
	(void)megabytes;
#else
	unsigned long pages = 0;
	FILE *status = fopen("/proc/self/statm", "r");

	if (status == NULL)
		return;
	if (fscanf(status, "%lu", &pages) == 1)
		limit(RLIMIT_AS, (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) +
		                         ((rlim_t)megabytes << 20));
	fclose(status);
#endif
}

int gs_setup(struct gs_runner *runner, char **argv)
{
	int descriptors[GS_ARG_MEMORY];
	const char *problem;
	int i;

	for (i = GS_ARG_REQUESTS; i < GS_ARG_MEMORY; i++) {
		descriptors[i] = take_descriptor(argv[i]);
		if (descriptors[i] < 0)
			return GS_BAD_DESCRIPTORS;
	}
	runner->requests = descriptors[GS_ARG_REQUESTS];
	runner->responses = descriptors[GS_ARG_RESPONSES];
	if (!map_arena(runner, descriptors[GS_ARG_ARENA]) || !start_watcher(&runner->requests))
		return GS_BAD_ARENA;
	close(descriptors[GS_ARG_ARENA]);
	/* What the core printed last matters most when it dies. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, GS_CAPTURE_LIMIT);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	gs_death_watch(runner->arena, descriptors[GS_ARG_REPORT]);
	problem = gs_entry_load(argv[GS_ARG_CORE], argv[GS_ARG_ENTRY]);
	if (problem != NULL) {
		gs_death_say(problem);
		runner->arena->state = GS_STATE_FAILED;
		return GS_BAD_CORE;
	}
	limit_memory(number_of(argv[GS_ARG_MEMORY]));
	return 0;
}
