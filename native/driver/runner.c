/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner - replays inputs in a core, in a process that may die of it.
 *
 *   runner CORE ENTRY REQUESTS RESPONSES ARENA CAPTURE REPORT MEMORY_MB
 *
 * CORE is a shared object, ENTRY the name of its entry point, the next five
 * are inherited file descriptors: the two pipes and the arena of
 * runner_protocol.h, the file that becomes the core's stdout and stderr, and the
 * file that sanitizers report to.  Started by groundstop.replay, of no use by hand.
 *
 * Nothing that the core can do to the C library's streams or to the usual
 * descriptors is heard by the parent: it listens to the arena, to two pipes with
 * high numbers, and to the process' end.
 */
#include "runner.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "report.h"

#define GS_FIRST_DESCRIPTOR 900      /* ours are from here on */
#define GS_CAPTURE_LIMIT (16u << 20) /* bytes that the core may print, or write to any file */
#define GS_GRACE_SECONDS 2           /* for a core that still runs when the parent is gone */
#define GS_WATCHER_STACK (128u << 10)
/* The blobs of one record at most. */
#define GS_BLOB_LIMIT \
	(GS_REPORT_OUTCOME_CAPACITY + sizeof(uint32_t) * GROUNDSTOP_MAX_ELEMENTS * GROUNDSTOP_MAX_OUTCOMES)

typedef int (*entry_point)(const uint8_t *data, size_t size);
typedef int (*initializer)(int *argc, char ***argv);

enum argument { ARG_CORE = 1, ARG_ENTRY, ARG_REQUESTS, ARG_RESPONSES, ARG_ARENA, ARG_CAPTURE,
		ARG_REPORT, ARG_MEMORY, ARG_COUNT };

static struct {
	struct gs_arena *arena;
	uint8_t *blobs;
	const uint32_t *sizes;
	const uint8_t *inputs;
	entry_point entry;
	int requests;
	int responses;
} runner;

static long number_of(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text != '\0' && *end == '\0' && value >= 0 && value <= INT_MAX ? value : -1;
}

/* Move an inherited descriptor to a high number, unseen by what the core executes. */
static int take_descriptor(const char *text)
{
	long inherited = number_of(text);
	int taken = inherited < 0 ? -1 : fcntl((int)inherited, F_DUPFD_CLOEXEC, GS_FIRST_DESCRIPTOR);

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

static bool map_arena(int file)
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
	runner.arena = map_part(file, 0, fixed + blob_size, PROT_READ | PROT_WRITE);
	inputs = map_part(file, fixed + blob_size, input_size, PROT_READ);
	if (runner.arena == NULL || inputs == NULL || blob_size < GS_BLOB_LIMIT)
		return false;
	runner.blobs = (uint8_t *)runner.arena + fixed;
	runner.sizes = (const uint32_t *)(const void *)inputs;
	runner.inputs = inputs + sizeof(uint32_t) * GS_MAX_BATCH;
	return true;
}

/*
 * The parent is gone when nobody can write requests any more.  An idle runner
 * sees that by itself; one whose core never returns is ended from here.
 */
static void *watch_parent(void *unused)
{
	struct pollfd requests = {.fd = runner.requests};

	(void)unused;
	while (poll(&requests, 1, -1) < 0 && errno == EINTR)
		;
	sleep(GS_GRACE_SECONDS);
	kill(getpid(), SIGKILL);
	return NULL;
}

static bool start_watcher(void)
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
	failed = pthread_create(&thread, &attributes, watch_parent, NULL);
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

/* NULL when the core is ready, else what is wrong with it. */
static const char *load_core(char **argv)
{
	static int argument_count = 1;
	static char *arguments[2];
	static char **argument_list = arguments;
	void *core = dlopen(argv[ARG_CORE], RTLD_NOW | RTLD_LOCAL);
	initializer initialize;

	if (core == NULL)
		return dlerror();
	/* C has no conversion from an object to a function pointer; POSIX says this works. */
	*(void **)&runner.entry = dlsym(core, argv[ARG_ENTRY]);
	if (runner.entry == NULL)
		return dlerror();
	*(void **)&initialize = dlsym(core, "LLVMFuzzerInitialize");
	arguments[0] = argv[ARG_CORE];
	if (initialize != NULL)
		initialize(&argument_count, &argument_list);
	return NULL;
}

/* Copy the report on one input to its record; blob_used grows by what follows it. */
static void record(uint32_t index, int returned, size_t *blob_used)
{
	const struct gs_report *report = gs_report_get();
	struct gs_record *to = &runner.arena->records[index];
	uint8_t *blob = runner.blobs + *blob_used;
	uint32_t count = 0;
	uint32_t i;

	memcpy(blob, report->outcome, report->outcome_size);
	blob += report->outcome_size;
	for (i = 0; i < report->touched_count; i++) {
		uint32_t element = report->touched[i];
		uint32_t outcome;

		for (outcome = 0; outcome < GROUNDSTOP_MAX_OUTCOMES; outcome++) {
			uint32_t code = element * GROUNDSTOP_MAX_OUTCOMES + outcome;

			if ((report->mask[element] >> outcome & 1) == 0)
				continue;
			memcpy(blob, &code, sizeof(code));
			blob += sizeof(code);
			count++;
		}
	}
	*to = (struct gs_record){
		.returned = returned,
		.stage = report->stage,
		.outcome_size = report->outcome_size,
		.element_count = count,
		.elements_dropped = report->elements_dropped,
	};
	*blob_used = (size_t)(blob - runner.blobs);
}

/* A core built by another compiler may have an entry point of a compatible type. */
__attribute__((no_sanitize("function"))) static int call_core(const uint8_t *data, size_t size)
{
	return runner.entry(data, size);
}

static void run_one(uint32_t index, const uint8_t *bytes, size_t size, size_t *blob_used)
{
	uint8_t *input = gs_input_take(bytes, size);
	int returned;

	if (input == NULL)
		gs_death_end("out-of-memory");
	gs_report_reset();
	gs_death_running(true);
	returned = call_core(input, size);
	if (!gs_death_is_ours())
		_exit(0);
	gs_death_running(false);
	if (memcmp(input, bytes, size) != 0)
		gs_death_end("overwrites-const-input");
	record(index, returned, blob_used);
	gs_input_release(input, size);
}

/* Run inputs until all are done or another record might not fit; return how many. */
static uint32_t run_batch(uint32_t count)
{
	const uint8_t *bytes = runner.inputs;
	size_t blob_used = 0;
	uint32_t i;

	for (i = 0; i < count && runner.arena->blob_size - blob_used >= GS_BLOB_LIMIT; i++) {
		__atomic_store_n(&runner.arena->current, i, __ATOMIC_RELEASE);
		run_one(i, bytes, runner.sizes[i], &blob_used);
		bytes += runner.sizes[i];
		__atomic_store_n(&runner.arena->done, i + 1, __ATOMIC_RELEASE);
	}
	return i;
}

_Noreturn static void lose(void)
{
	runner.arena->state = GS_STATE_LOST;
	_exit(GS_EXIT_DEATH);
}

_Noreturn static void serve(void)
{
	struct gs_request request;

	for (;;) {
		ssize_t size = read(runner.requests, &request, sizeof(request));

		if (size == 0)
			exit(0); /* not _exit: a coverage build writes its profile now */
		if (size < 0 && errno == EINTR)
			continue;
		if (size != (ssize_t)sizeof(request) || request.count > GS_MAX_BATCH)
			lose();
		request.count = run_batch(request.count);
		if (write(runner.responses, &request, sizeof(request)) != (ssize_t)sizeof(request))
			lose();
	}
}

int main(int argc, char **argv)
{
	int descriptors[ARG_MEMORY];
	const char *problem;
	int i;

	if (argc != ARG_COUNT) {
		fputs("runner: started by groundstop.replay, not by hand\n", stderr);
		return 2;
	}
	for (i = ARG_REQUESTS; i < ARG_MEMORY; i++) {
		descriptors[i] = take_descriptor(argv[i]);
		if (descriptors[i] < 0)
			return 3;
	}
	runner.requests = descriptors[ARG_REQUESTS];
	runner.responses = descriptors[ARG_RESPONSES];
	if (!map_arena(descriptors[ARG_ARENA]) || !start_watcher())
		return 4;
	close(descriptors[ARG_ARENA]);
	if (dup2(descriptors[ARG_CAPTURE], STDOUT_FILENO) < 0 ||
	    dup2(descriptors[ARG_CAPTURE], STDERR_FILENO) < 0)
		return 5;
	close(descriptors[ARG_CAPTURE]);
	/* What the core printed last matters most when it dies. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, GS_CAPTURE_LIMIT);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	gs_death_watch(runner.arena, descriptors[ARG_REPORT]);
	problem = load_core(argv);
	if (problem != NULL) {
		gs_death_say(problem);
		runner.arena->state = GS_STATE_FAILED;
		return 6;
	}
	limit_memory(number_of(argv[ARG_MEMORY]));
	runner.arena->state = GS_STATE_READY;
	if (write(runner.responses, &(struct gs_request){0}, sizeof(struct gs_request)) < 0)
		return 7;
	serve();
}
