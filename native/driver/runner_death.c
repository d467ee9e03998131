/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words of a runner.  Where AddressSanitizer is there it speaks, and its
 * report is copied; elsewhere a report of the same shape is written here: an ERROR
 * line, a stack of `#n 0xpc in function (module+0xoffset)`, a SUMMARY line.
 */
#define _GNU_SOURCE /* dladdr, MADV_WIPEONFORK */
#include "runner.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GS_FRAMES 64
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
void gs_death_number(uintptr_t number, unsigned base)
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

bool gs_death_knows(uintptr_t pc)
{
	Dl_info info;

	return dladdr((void *)pc, &info) != 0 && info.dli_fname != NULL;
}

void gs_death_frame(unsigned number, uintptr_t pc)
{
	Dl_info info;

	gs_death_say("    #");
	gs_death_number(number, 10);
	gs_death_say(" ");
	gs_death_number(pc, 16);
	if (dladdr((void *)pc, &info) != 0 && info.dli_fname != NULL) {
		gs_death_say(" in ");
		gs_death_say(info.dli_sname != NULL ? info.dli_sname : "??");
		gs_death_say(" (");
		gs_death_say(info.dli_fname);
		gs_death_say("+");
		gs_death_number(pc - (uintptr_t)info.dli_fbase, 16);
		gs_death_say(")");
	} else {
		gs_death_say(" (<unknown module>)");
	}
	gs_death_say("\n");
}

void gs_death_stack(uintptr_t from)
{
	void *frames[GS_FRAMES];
	int count = backtrace(frames, GS_FRAMES);
	int first = 0;
	int i;

	for (i = 0; i < count; i++) {
		if ((uintptr_t)frames[i] == from)
			first = i;
	}
	/* But for the first, these are return addresses: the call is before them. */
	for (i = first; i < count; i++)
		gs_death_frame((unsigned)(i - first),
		               (uintptr_t)frames[i] - (i == first && from != 0 ? 0 : 1));
}

void gs_death_kind(const char *kind, const char *detail)
{
	gs_death_say("==groundstop== ERROR: Groundstop: ");
	gs_death_say(kind);
	gs_death_say(detail);
}

void gs_death_summary(const char *kind)
{
	gs_death_say("SUMMARY: Groundstop: ");
	gs_death_say(kind);
	gs_death_say("\n");
}

_Noreturn void gs_death_end(const char *kind)
{
	gs_death_kind(kind, "\n");
	gs_death_summary(kind);
	_exit(GS_EXIT_DEATH);
}

/* A core that calls exit() ends up here; the stack still says who did. */
static void at_exit(void)
{
	if (!core_runs || !gs_death_is_ours())
		return;
	core_runs = false;
	gs_death_kind("exit", " was called by the core\n");
	gs_death_stack(0);
	gs_death_summary("exit");
}

static void on_report(const char *text)
{
	if (gs_death_is_ours())
		gs_death_say(text);
}

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
	gs_signals_handle();
}
