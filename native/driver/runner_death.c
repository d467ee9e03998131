/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words of a runner.  Where AddressSanitizer is there it speaks, and its
 * report is copied; elsewhere signal handlers write a report of the same shape:
 * an ERROR line, a stack of `#n 0xpc in function (module+0xoffset)`, a SUMMARY.
 */
#include "runner.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#define GS_FRAMES 64
#define GS_ALTERNATE_STACK 65536
#define GS_STACK_MARGIN (1u << 20) /* how far beyond the stack's end a large frame may reach */
#define GS_OURS 1

/* Of the sanitizer runtimes, where there is one. */
void __asan_set_error_report_callback(void (*callback)(const char *)) __attribute__((weak));
void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

static struct gs_arena *last_words;
static bool core_runs;
static volatile uint8_t *ours; /* a page that is wiped in children */

bool gs_death_is_ours(void)
{
	return *ours == GS_OURS;
}

void gs_death_running(bool running)
{
	core_runs = running;
}

void gs_death_say(const char *text)
{
	size_t size = strlen(text);
	size_t used = last_words->message_size;

	if (used > GS_MESSAGE_SIZE)
		return;
	if (size > GS_MESSAGE_SIZE - used)
		size = GS_MESSAGE_SIZE - used;
	memcpy(last_words->message + used, text, size);
	last_words->message_size = (uint32_t)(used + size);
}

/* printf is not for signal handlers. */
static void say_number(uintptr_t number, unsigned base)
{
	char digits[2 + 2 * sizeof(number) + 8];
	char *at = digits + sizeof(digits);

	*--at = '\0';
	do {
		*--at = "0123456789abcdef"[number % base];
		number /= base;
	} while (number != 0);
	if (base == 16) {
		*--at = 'x';
		*--at = '0';
	}
	gs_death_say(at);
}

/* from: the frame to begin with, or 0 for all. */
static void say_stack(uintptr_t from)
{
	void *frames[GS_FRAMES];
	int count = backtrace(frames, GS_FRAMES);
	int first = 0;
	int i;

	for (i = 0; i < count; i++) {
		if ((uintptr_t)frames[i] == from)
			first = i;
	}
	for (i = first; i < count; i++) {
		/* But for the first, these are return addresses: the call is before them. */
		uintptr_t pc = (uintptr_t)frames[i] - (i == first && from != 0 ? 0 : 1);
		Dl_info info;

		gs_death_say("    #");
		say_number((uintptr_t)(i - first), 10);
		gs_death_say(" ");
		say_number(pc, 16);
		if (dladdr((void *)pc, &info) != 0 && info.dli_fname != NULL) {
			gs_death_say(" in ");
			gs_death_say(info.dli_sname != NULL ? info.dli_sname : "??");
			gs_death_say(" (");
			gs_death_say(info.dli_fname);
			gs_death_say("+");
			say_number(pc - (uintptr_t)info.dli_fbase, 16);
			gs_death_say(")");
		}
		gs_death_say("\n");
	}
}

static void say_kind(const char *kind, const char *detail)
{
	gs_death_say("==groundstop== ERROR: Groundstop: ");
	gs_death_say(kind);
	gs_death_say(detail);
}

static void say_summary(const char *kind)
{
	gs_death_say("SUMMARY: Groundstop: ");
	gs_death_say(kind);
	gs_death_say("\n");
}

_Noreturn void gs_death_end(const char *kind)
{
	say_kind(kind, "\n");
	say_summary(kind);
	_exit(GS_EXIT_DEATH);
}

/* A core that calls exit() ends up here; the stack still says who did. */
static void at_exit(void)
{
	if (!core_runs || !gs_death_is_ours())
		return;
	core_runs = false;
	say_kind("exit", " was called by the core\n");
	say_stack(0);
	say_summary("exit");
}

static void on_report(const char *text)
{
	if (gs_death_is_ours())
		gs_death_say(text);
}

#ifndef GS_ADDRESS_SANITIZER

static const struct {
	int number;
	const char *kind;
} fatal[] = {
	{SIGSEGV, "SEGV"}, {SIGBUS, "BUS"},   {SIGFPE, "FPE"},
	{SIGILL, "ILL"},   {SIGABRT, "ABRT"}, {SIGTRAP, "TRAP"},
};

static uint8_t alternate_stack[GS_ALTERNATE_STACK];
static uintptr_t stack_start; /* near the beginning of the main stack */

static uintptr_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.pc;
#else
	(void)context;
	return 0;
#endif
}

static uintptr_t stack_pointer(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.sp;
#else
	(void)context;
	return 0;
#endif
}

/* What kind of access a page fault was, where the processor says so. */
static const char *access_word(const ucontext_t *context)
{
#if defined(__x86_64__)
	/* Bit 1 of a page fault's error code: a write (Intel SDM volume 3, 4.7). */
	return (context->uc_mcontext.gregs[REG_ERR] & 2) != 0 ? "WRITE" : "READ";
#else
	(void)context;
	return "UNKNOWN";
#endif
}

/* Whether the main stack ended here: as deep as its limit, and where the stack pointer is. */
static bool overflows_stack(uintptr_t address, uintptr_t pointer)
{
	uintptr_t distance = address > pointer ? address - pointer : pointer - address;
	struct rlimit limit;

	if (distance > GS_STACK_MARGIN || address > stack_start ||
	    getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	return stack_start - address + GS_STACK_MARGIN > limit.rlim_cur;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	uintptr_t address = (uintptr_t)info->si_addr;
	const char *kind = "signal";
	size_t past = 0;
	size_t i;

	if (!gs_death_is_ours())
		_exit(GS_EXIT_DEATH);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		if (fatal[i].number == number)
			kind = fatal[i].kind;
	}
	if (number != SIGSEGV && number != SIGBUS) {
		say_kind(kind, "\n");
	} else if (gs_input_guards(address, &past)) {
		kind = "guard-page-overflow";
		say_kind(kind, " on address ");
		say_number(address, 16);
		gs_death_say(", ");
		say_number(past, 10);
		gs_death_say(" bytes behind the end of the input\n");
	} else {
		if (overflows_stack(address, stack_pointer(context)))
			kind = "stack-overflow";
		say_kind(kind, " on address ");
		say_number(address, 16);
		gs_death_say("\n");
	}
	if (number == SIGSEGV || number == SIGBUS) {
		gs_death_say(access_word(context));
		gs_death_say(" of unknown size\n");
	}
	/* Before the stack: walking a smashed one may end the process. */
	say_summary(kind);
	say_stack(program_counter(context));
	_exit(GS_EXIT_DEATH);
}

static void handle_signals(void)
{
	stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof(alternate_stack)};
	struct sigaction action = {.sa_sigaction = on_signal};
	void *frame;
	size_t i;

	stack_start = (uintptr_t)&stack;
	/* The first call loads the unwinder, which a handler must not. */
	(void)backtrace(&frame, 1);
	sigaltstack(&stack, NULL);
	/* Reset: a handler that faults itself, on a smashed stack, must end the process. */
	action.sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESETHAND);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i].number, &action, NULL);
}

#endif

void gs_death_watch(struct gs_arena *arena, int report_fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	last_words = arena;
	ours = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ours == MAP_FAILED || madvise((void *)ours, page, MADV_WIPEONFORK) != 0)
		_exit(GS_EXIT_DEATH);
	*ours = GS_OURS;
	if (__sanitizer_set_report_fd != NULL)
		__sanitizer_set_report_fd((void *)(intptr_t)report_fd);
	if (__asan_set_error_report_callback != NULL)
		__asan_set_error_report_callback(on_report);
	atexit(at_exit);
#ifndef GS_ADDRESS_SANITIZER
	handle_signals();
#endif
}
