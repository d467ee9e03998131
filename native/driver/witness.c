/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The witness is another process with the same memory, which so outlives the one that
 * ends: an input costs two stores, and no copy.  It shares the libc's state of the thread
 * that fuzzes: while that lives it only sleeps.
 *
 * A signal from outside must not be taken for the core's doing, so it has to know how the
 * process ended.  It traces a thread of that process: a traced thread's status is the whole
 * process', and stays until the witness has had it, however soon the parent waits.
 */
#define _GNU_SOURCE /* clone */
#include "witness.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conduct.h"
#include "unit.h"

#define STACK_SIZE (64u << 10)
#define READY_TRIES 50000 /* of 100 us each: a machine under load takes its time */

const uint8_t *volatile gs_witness_input;
volatile size_t gs_witness_size;

static pid_t owner;

/* A thread of the owner that only sleeps: how it ends is how the owner ends. */
static volatile int hostage;
static volatile int is_ready;

/* What somebody else ends a process with: not the core's doing. */
static const int from_outside[] = { SIGKILL, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGXCPU };

static const struct {
	int number;
	const char *kind;
} deadly[] = {
	{ SIGSEGV, "SEGV" }, { SIGBUS, "BUS" },   { SIGFPE, "FPE" }, { SIGILL, "ILL" },
	{ SIGABRT, "ABRT" }, { SIGTRAP, "TRAP" }, { SIGSYS, "SYS" },
};

#define NOT_KNOWN (-1)

/*
 * The signal that the owner died of, 0 for an exit: as long as the parent has not reaped it,
 * which is often too late.
 */
static int signal_in_proc(void)
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
		return NOT_KNOWN;
	text[size] = '\0';
	/* The last field is the status as waitpid gives it: a signal's number in seven bits. */
	last = strrchr(text, ' ');
	return last ? atoi(last) & 0x7f : NOT_KNOWN;
}

/*
 * No call below may touch errno or the state of cancellation unless it fails: they are those
 * of the thread that fuzzes.
 */
static bool seize_hostage(void)
{
	return syscall(SYS_ptrace, PTRACE_SEIZE, hostage, NULL, NULL) == 0;
}

/*
 * Wait for the end of the hostage, which is not reaped: until it is, nobody can reap the
 * owner either, and what has to be stored is stored before anybody hears of its end.
 */
static int signal_of_hostage(void)
{
	siginfo_t info;

	for (;;) {
		memset(&info, 0, sizeof(info));
		if (syscall(SYS_waitid, P_PID, hostage, &info, WEXITED | WNOWAIT | __WALL, NULL) != 0)
			return NOT_KNOWN;
		if (info.si_code == CLD_EXITED)
			return 0;
		if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED)
			return info.si_status;
		/* Stopped with its process, and told of as what is traced always is: it may stay so. */
		syscall(SYS_waitid, P_PID, hostage, &info, WSTOPPED | __WALL, NULL);
	}
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

static void store(const uint8_t *data, size_t size, int number)
{
	static char how[64] = "the core ended the process by a system call of its own";
	static char words[256];
	const char *path = gs_unit_store("crash", data, size);
	int length;

	if (number != 0)
		snprintf(how, sizeof(how), "the core died of signal %d, which nothing handles", number);
	length = snprintf(words, sizeof(words),
	                  "\n==%d== ERROR: Groundstop: %s: %s\nSUMMARY: Groundstop: %s\n", (int)owner,
	                  kind_of(number), how, kind_of(number));
	if (length > 0)
		gs_write_all(STDERR_FILENO, words, (size_t)length);
	gs_unit_tell(STDERR_FILENO, path);
}

static void tell(int number)
{
	static const char unknown[] = "groundstop: the process ended in the middle of an input, and "
				      "who ended it cannot be told: nothing is stored\n";

	if (!gs_core_runs || was_killed(number))
		return;
	if (number == NOT_KNOWN)
		gs_write_all(STDERR_FILENO, unknown, sizeof(unknown) - 1);
	else
		store(gs_witness_input, gs_witness_size, number);
}

static int watch(void *mask)
{
	const sigset_t *all = mask;
	bool has_hostage;

	/* It may be first scheduled when its owner is gone already: then nothing comes to wait for. */
	if (prctl(PR_SET_PDEATHSIG, SIGUSR2) != 0)
		syscall(SYS_exit, 0);
	/* For ps and top: otherwise it looks like a second one that fuzzes. */
	prctl(PR_SET_NAME, "gs-witness");
	has_hostage = seize_hostage();
	is_ready = 1;
	if (has_hostage) {
		tell(signal_of_hostage());
	} else {
		/* Not everybody may trace: then it must be faster than the parent. */
		while (getppid() == owner)
			sigwaitinfo(all, NULL);
		tell(signal_in_proc());
	}
	/* The kernel lets go of the hostage with us. */
	for (;;)
		syscall(SYS_exit, 0);
}

static void *sleep_on(void *unused)
{
	hostage = (int)syscall(SYS_gettid);
	for (;;)
		pause();
	return unused;
}

static void wait_for(const volatile int *flag)
{
	static const struct timespec moment = { 0, 100000 };
	int tries;

	for (tries = 0; tries < READY_TRIES && *flag == 0; tries++)
		nanosleep(&moment, NULL);
}

void gs_witness_start(void)
{
	static sigset_t all;
	sigset_t before;
	pthread_t thread;
	uint8_t *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return;
	owner = getpid();
	/* Ctrl-C is for all processes of the group, and this one ends with its owner. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, sleep_on, NULL) == 0) {
		pthread_detach(thread);
		wait_for(&hostage);
	}
	/* No signal at its end: a core that waits for its children must not hear of it. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	if (clone(watch, stack + STACK_SIZE, CLONE_VM | CLONE_FS, &all) > 0)
		wait_for(&is_ready);
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}
