/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dladdr, MADV_WIPEONFORK, REG_RIP and its like */
#include "conduct.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "stats.h"
#include "turn.h"
#include "unit.h"

#define GS_OURS 1
/* As many may be open where the system allows it, not only the usual 1024. */
#define GS_DESCRIPTORS 65536u
/* Out of the way of a core that closes whatever it finds. */
#define GS_KEPT_DESCRIPTOR 900

volatile bool gs_core_runs;
bool gs_conduct_is_spent;

static volatile uint8_t *ours; /* a page that is wiped in children */
static pid_t owner;
static int kept_error = -1;    /* standard error, once more */
static int most_descriptors;   /* that may be open; 0: no limit is known */

/* What reports a fault, by its number. */
static struct sigaction behind[NSIG];
static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };

static bool is_closed(int descriptor)
{
	return fcntl(descriptor, F_GETFD) < 0 && errno == EBADF;
}

int gs_conduct_stderr(void)
{
	return kept_error >= 0 && is_closed(STDERR_FILENO) ? kept_error : STDERR_FILENO;
}

/* A handler may need it: no stdio. */
void gs_conduct_say(const char *text)
{
	gs_write_all(gs_conduct_stderr(), text, strlen(text));
}

static uintptr_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.pc;
#else
	(void)context;
	return (uintptr_t)&gs_conduct_say;
#endif
}

/*
 * The sanitizer's own handler reports and stores the input, unless what it has to
 * unwind makes it fault itself: a smashed stack, a jump to nowhere.
 */
static void on_fault(int number, siginfo_t *info, void *context)
{
	static _Atomic int reporter;
	Dl_info module;

	if (gs_turn_take(&reporter) && dladdr((void *)program_counter(context), &module) != 0) {
		behind[number].sa_sigaction(number, info, context);
		return;
	}
	gs_conduct_say("\n==0== ERROR: Groundstop: SEGV, and the stack cannot be walked: it is smashed, "
	               "or a jump went to an address without code\nSUMMARY: Groundstop: SEGV\n");
	gs_end_with_unit();
}

static void handle(int number)
{
	struct sigaction action;

	if (sigaction(number, NULL, &behind[number]) != 0 ||
	    (behind[number].sa_flags & SA_SIGINFO) == 0)
		return;
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_fault;
	action.sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_NODEFER);
	sigaction(number, &action, NULL);
}

static void on_fork(void)
{
	static bool told;

	if (gs_core_runs && !told)
		gs_conduct_say("groundstop: the core forks: its children are ended when they return\n");
	told |= gs_core_runs;
}

static void limit_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur < limit.rlim_max && limit.rlim_cur < GS_DESCRIPTORS) {
		limit.rlim_cur = limit.rlim_max < GS_DESCRIPTORS ? limit.rlim_max : GS_DESCRIPTORS;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= INT_MAX)
		most_descriptors = (int)(limit.rlim_cur / 2);
}

void gs_conduct_watch(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t i;

	ours = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ours == MAP_FAILED || madvise((void *)ours, page, MADV_WIPEONFORK) != 0)
		ours = NULL;
	else
		*ours = GS_OURS;
	owner = getpid();
	limit_descriptors();
	kept_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, GS_KEPT_DESCRIPTOR);
	pthread_atfork(NULL, on_fork, NULL);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		handle(faults[i]);
}

bool gs_conduct_is_ours(void)
{
	return getpid() == owner;
}

void gs_conduct_end_children(void)
{
	if (ours == NULL || *ours == GS_OURS)
		return;
	for (;;)
		syscall(SYS_exit_group, 0);
}

static void restore_files(void)
{
	static bool told;

	if (kept_error < 0 || (!is_closed(STDERR_FILENO) && !is_closed(STDOUT_FILENO)))
		return;
	dup2(kept_error, STDOUT_FILENO);
	dup2(kept_error, STDERR_FILENO);
	if (!told)
		gs_conduct_say("groundstop: the core closes descriptors that are not its own: standard "
		               "output and error are open again\n");
	told = true;
}

/* Where there are none left, libFuzzer stores neither a unit nor what kills the core. */
static void count_descriptors(void)
{
	int lowest = dup(kept_error >= 0 ? kept_error : STDERR_FILENO);

	if (lowest >= 0)
		close(lowest);
	else if (errno != EMFILE)
		return;
	gs_conduct_is_spent = most_descriptors != 0 && (lowest < 0 || lowest >= most_descriptors);
}

void gs_conduct_look(void)
{
	restore_files();
	count_descriptors();
}

void gs_conduct_start_anew(void)
{
	gs_conduct_say("groundstop: the core leaves descriptors open: its process is started anew "
	               "before there are none\n");
	gs_stats_flush();
	for (;;)
		kill(getpid(), SIGKILL);
}
