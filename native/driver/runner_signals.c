/* SPDX-License-Identifier: Apache-2.0 */
/* Deadly signals, of which no AddressSanitizer reports. */
#define _GNU_SOURCE /* REG_RIP and its like */
#include "runner.h"

#include <execinfo.h>
#include <signal.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include "turn.h"

#define GS_ALTERNATE_STACK 65536
#define GS_STACK_MARGIN (1u << 20) /* how far beyond the stack's end a large frame may reach */

static const struct {
	int number;
	const char *kind;
} fatal[] = {
	{SIGSEGV, "SEGV"}, {SIGBUS, "BUS"},   {SIGFPE, "FPE"},
	{SIGILL, "ILL"},   {SIGABRT, "ABRT"}, {SIGTRAP, "TRAP"},
};

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

/* What a call just made left on the stack, where the processor puts it there. */
static uintptr_t return_address(const ucontext_t *context)
{
#if defined(__x86_64__)
	return *(const uintptr_t *)stack_pointer(context) - 1;
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
	static _Atomic int reporter;
	uintptr_t address = (uintptr_t)info->si_addr;
	const char *kind = "signal";
	size_t past = 0;
	size_t i;

	/* A handler that faults itself, on a smashed stack, must end the process. */
	if (!gs_death_is_ours() || !gs_turn_take(&reporter))
		_exit(GS_EXIT_DEATH);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		if (fatal[i].number == number)
			kind = fatal[i].kind;
	}
	if (number != SIGSEGV && number != SIGBUS) {
		gs_death_kind(kind, "\n");
	} else if (gs_input_guards(address, &past)) {
		kind = "guard-page-overflow";
		gs_death_kind(kind, " on address ");
		gs_death_number(address, 16);
		gs_death_say(", ");
		gs_death_number(past, 10);
		gs_death_say(" bytes behind the end of the input\n");
	} else {
		if (overflows_stack(address, stack_pointer(context)))
			kind = "stack-overflow";
		gs_death_kind(kind, " on address ");
		gs_death_number(address, 16);
		gs_death_say("\n");
	}
	if (number == SIGSEGV || number == SIGBUS) {
		gs_death_say(access_word(context));
		gs_death_say(" of unknown size\n");
	}
	/* Before the stack: walking a smashed one may end the process. */
	gs_death_summary(kind);
	if (gs_death_knows(program_counter(context))) {
		gs_death_stack(program_counter(context));
	} else {
		/* A jump to nowhere cannot be unwound; who jumped is on top of the stack. */
		gs_death_frame(0, program_counter(context));
		gs_death_frame(1, return_address(context));
	}
	_exit(GS_EXIT_DEATH);
}

#ifndef GS_ADDRESS_SANITIZER

static uint8_t alternate_stack[GS_ALTERNATE_STACK];

void gs_signals_handle(void)
{
	stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof(alternate_stack)};
	struct sigaction action = {.sa_sigaction = on_signal};
	void *frame;
	size_t i;

	stack_start = (uintptr_t)&stack;
	/* The first call loads the unwinder, which a handler must not. */
	(void)backtrace(&frame, 1);
	sigaltstack(&stack, NULL);
	action.sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_NODEFER);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i].number, &action, NULL);
}

#else

/* glibc's own name of it, which AddressSanitizer does not intercept. */
int __sigaction(int number, const struct sigaction *action, struct sigaction *before)
	__attribute__((weak));

static struct sigaction sanitizer_action;

/*
 * AddressSanitizer tells of faults better than we do, but one: of a jump to an
 * address without code, whose unwinding faults again, it prints no stack at all.
 */
static void on_fault(int number, siginfo_t *info, void *context)
{
	if (gs_death_knows(program_counter(context)))
		sanitizer_action.sa_sigaction(number, info, context);
	else
		on_signal(number, info, context);
}

void gs_signals_handle(void)
{
	struct sigaction action = {.sa_sigaction = on_fault};

	stack_start = (uintptr_t)&action;
	action.sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_NODEFER);
	if (__sigaction != NULL)
		__sigaction(SIGSEGV, &action, &sanitizer_action);
}

#endif
