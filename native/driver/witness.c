/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The witness is another process with the same memory, which so outlives the one that
 * ends: an input costs two stores, and no copy.  It shares the libc's state of the thread
 * that fuzzes: while that lives it only sleeps.
 */
#define _GNU_SOURCE /* clone */
#include "witness.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conduct.h"

#define STACK_SIZE (64u << 10)
#define PATH_SIZE 4096

static const char prefix_flag[] = "-artifact_prefix=";

const uint8_t *volatile gs_witness_input;
volatile size_t gs_witness_size;

static char prefix[PATH_SIZE - 64] = "./";
static pid_t owner;

void gs_witness_place(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], prefix_flag, sizeof(prefix_flag) - 1) == 0)
			snprintf(prefix, sizeof(prefix), "%s", argv[i] + sizeof(prefix_flag) - 1);
	}
}

/* What somebody else ends a process with: not the core's doing. */
static const int from_outside[] = { SIGKILL, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGXCPU };

static const struct {
	int number;
	const char *kind;
} deadly[] = {
	{ SIGSEGV, "SEGV" }, { SIGBUS, "BUS" },   { SIGFPE, "FPE" }, { SIGILL, "ILL" },
	{ SIGABRT, "ABRT" }, { SIGTRAP, "TRAP" }, { SIGSYS, "SYS" },
};

/* The signal that it died of, where that can still be read; else 0. */
static int end_signal(void)
{
	char path[64];
	char text[768];
	ssize_t size;
	char *last;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)owner);
	file = open(path, O_RDONLY | O_CLOEXEC);
	size = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (file >= 0)
		close(file);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	/* The last field is the status as waitpid gives it: a signal's number in seven bits. */
	last = strrchr(text, ' ');
	return last ? atoi(last) & 0x7f : 0;
}

static bool was_killed(int number)
{
	size_t i;

	for (i = 0; i < sizeof(from_outside) / sizeof(from_outside[0]); i++) {
		if (from_outside[i] == number)
			return true;
	}
	return false;
}

static const char *kind_of(int number)
{
	size_t i;

	for (i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		if (deadly[i].number == number)
			return deadly[i].kind;
	}
	return number == 0 ? "exit" : "signal";
}

static uint64_t hash(const uint8_t *data, size_t size)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < size; i++)
		value = (value ^ data[i]) * UINT64_C(0x100000001b3);
	return value;
}

static bool write_all(int file, const uint8_t *data, size_t size)
{
	while (size != 0) {
		ssize_t written = write(file, data, size);

		if (written <= 0)
			return false;
		data += written;
		size -= (size_t)written;
	}
	return true;
}

static void store(const uint8_t *data, size_t size, int number)
{
	static char path[PATH_SIZE];
	static char how[64] = "the core ended the process by a system call of its own";
	static char words[PATH_SIZE + 256];
	bool stored;
	int length;
	int file;

	snprintf(path, sizeof(path), "%scrash-%016llx", prefix,
	         (unsigned long long)hash(data, size));
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	stored = file >= 0 && write_all(file, data, size);
	if (number != 0)
		snprintf(how, sizeof(how), "the core died of signal %d, which nothing handles", number);
	length = snprintf(words, sizeof(words),
	                  "\n==%d== ERROR: Groundstop: %s: %s\nSUMMARY: Groundstop: %s\n"
	                  "Test unit %s to %s\n",
	                  (int)owner, kind_of(number), how, kind_of(number),
	                  stored ? "written" : "cannot be written", path);
	if (length > 0)
		write_all(STDERR_FILENO, (const uint8_t *)words, (size_t)length);
}

static int watch(void *mask)
{
	const sigset_t *all = mask;
	int number;

	/* It may be first scheduled when its owner is gone already: then nothing comes to wait for. */
	if (prctl(PR_SET_PDEATHSIG, SIGUSR2) != 0)
		syscall(SYS_exit, 0);
	/* For ps and top: otherwise it looks like a second one that fuzzes. */
	prctl(PR_SET_NAME, "gs-witness");
	while (getppid() == owner)
		sigwaitinfo(all, NULL);
	number = end_signal();
	if (gs_core_runs && !was_killed(number))
		store(gs_witness_input, gs_witness_size, number);
	for (;;)
		syscall(SYS_exit, 0);
}

void gs_witness_start(void)
{
	static sigset_t all;
	sigset_t before;
	uint8_t *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return;
	owner = getpid();
	/* Ctrl-C is for all processes of the group, and this one ends with its owner. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	/* No signal at its end: a core that waits for its children must not hear of it. */
	clone(watch, stack + STACK_SIZE, CLONE_VM | CLONE_FS, &all);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
