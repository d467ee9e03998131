/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core that does what its input's first byte says: mostly harm, one kind for each
 * letter.  Everything else is reported back: its bytes as the outcome, and each byte
 * at index i as element i with outcome byte & 1.
 */
#define _GNU_SOURCE
#include <groundstop.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int hostile_entry(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static volatile int sink;
/* A call of a constant address is undefined: a compiler may leave it out. */
static int (*volatile nowhere)(void) = (int (*)(void))8;
static uint32_t runs;
static uint8_t initialized;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	initialized = (uint8_t)(*argc == 1 && (*argv)[0] != NULL);
	return 0;
}

static void *crash_later(void *milliseconds)
{
	usleep((useconds_t)(uintptr_t)milliseconds * 1000);
	abort();
}

static void *wait_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

static void start_thread(void *(*run)(void *), uintptr_t argument)
{
	pthread_t thread;

	pthread_create(&thread, NULL, run, (void *)argument);
}

__attribute__((noinline)) static int recurse(const uint8_t *data, size_t depth)
{
	volatile uint8_t frame[512];

	memset((void *)frame, (int)depth, sizeof(frame));
	return depth == 0 ? 0 : recurse(data, depth + 1) + frame[depth % sizeof(frame)];
}

__attribute__((noinline)) static void smash(void)
{
	uintptr_t *frame = __builtin_frame_address(0);

	/* The saved frame pointer and the return address, in one sweep. */
	for (int i = 0; i < 2; i++)
		*(volatile uintptr_t *)(frame + i) = 0x4141414141414141u;
}

static void allocate_without_end(void)
{
	for (;;) {
		volatile char *memory = malloc(1u << 20);

		for (size_t i = 0; i < 1u << 20; i += 1024)
			memory[i] = 1;
	}
}

static void close_everything(void)
{
	for (int descriptor = 0; descriptor < 1024; descriptor++)
		close(descriptor);
}

static void print_much(void)
{
	char line[1024];

	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 64 * 1024; i++)
		(void)!write(i & 1 ? STDERR_FILENO : STDOUT_FILENO, line, sizeof(line));
	printf("an answer: \1\2\3\4\n");
	fflush(stdout);
}

/* Write over all memory that is shared with the parent. */
static void scribble(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from;
		unsigned long to;

		if (strstr(line, " rw-s ") != NULL && strstr(line, "groundstop-arena") != NULL &&
		    sscanf(line, "%lx-%lx", &from, &to) == 2)
			memset((void *)from, 0xff, to - from);
	}
	if (maps != NULL)
		fclose(maps);
}

__attribute__((noinline)) static int first_bug(const uint8_t *data, size_t size)
{
	return data[size];
}

__attribute__((noinline)) static int second_bug(const uint8_t *data, size_t size)
{
	return data[size];
}

static int harm(const uint8_t *data, size_t size)
{
	static const int table[4] = {1, 2, 3, 4};
	sigset_t all;

	switch (data[0]) {
	case '1': sink = first_bug(data, size); break;
	case '2': sink = second_bug(data, size); break;
	case 'w': *(volatile uint8_t *)(uintptr_t)data = 'W'; break;
	case 'u': sink = table[size + 3]; break;
	case 'v': sink = 1 << (size + 40); break; /* nothing that AddressSanitizer sees */
	case 'n': sink = *(volatile int *)16; break;
	case 'j': sink = nowhere(); break;
	case 'a': abort();
	case 'e': exit(0);
	case 'E': _exit(3);
	case 'k': raise(SIGKILL); break;
	case 'L':
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL); /* fall through */
	case 'l':
		for (;;)
			sink++;
	case 'm': allocate_without_end(); break;
	case 'M': memset(malloc(8u << 20), 1, 8u << 20); break;
	case 's': sink = recurse(data, 1); break;
	case 'S': smash(); break;
	case 'c': close_everything(); break;
	case 'C': close_everything(); sink = first_bug(data, size); break;
	case '!': scribble(); break;
	case 'p': print_much(); break;
	case 'f':
		if (fork() == 0)
			wait_for_ever(NULL);
		break;
	case 'F': sink = fork(); break;
	case 't': start_thread(wait_for_ever, 0); break;
	case 'T': start_thread(crash_later, 50); break;
	case 'i': return (int)read(STDIN_FILENO, &sink, 1);
	case 'r': groundstop_outcome(&runs, sizeof(runs)); runs++; return -1;
	case 'I': return initialized;
	default: return 1;
	}
	return 0;
}

int hostile_entry(const uint8_t *data, size_t size)
{
	int answer;

	groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
	answer = size == 0 ? 1 : harm(data, size);
	if (answer != 1)
		return answer;
	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	groundstop_outcome(data, size);
	for (size_t i = 0; i < size; i++)
		groundstop_element((uint32_t)i, data[i] & 1);
	return 0;
}
