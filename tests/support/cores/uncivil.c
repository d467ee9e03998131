/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core that does one kind of harm, HARM, to whoever gives it an input that begins
 * with an X, and else nothing: what a campaign has to outlive.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

int uncivil_entry(const uint8_t *data, size_t size);

#if HARM == 'p' /* prints a lot, once */
static void harm(void)
{
	static int done;
	char line[1024];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 24 * 1024 && !done; i++)
		(void)!write(i & 1 ? STDERR_FILENO : STDOUT_FILENO, line, sizeof(line));
	done = 1;
}
#elif HARM == 'f' /* returns twice */
static void harm(void)
{
	static int forks;

	if (forks++ < 8)
		(void)!fork();
}
#elif HARM == 't' /* leaves threads behind that go on */
static void *busy(void *unused)
{
	for (;;)
		usleep(1000);
	return unused;
}

static void harm(void)
{
	static int threads;
	pthread_t thread;

	if (threads++ < 8)
		pthread_create(&thread, NULL, busy, NULL);
}
#elif HARM == 'e'
static void harm(void)
{
	exit(0);
}
#elif HARM == 'E'
static void harm(void)
{
	_exit(0);
}
#elif HARM == 'K' /* as the system's memory keeper, once */
static void harm(void)
{
	char path[4096];

	/* The campaign's own folder, until it ends. */
	snprintf(path, sizeof(path), "%s/killed", getenv("TMPDIR"));
	if (open(path, O_CREAT | O_EXCL | O_WRONLY, 0600) >= 0)
		kill(getpid(), SIGKILL);
}
#elif HARM == 'x' || HARM == 'w' /* past libc */
static void harm(void)
{
	syscall(SYS_exit_group, 0);
}
#elif HARM == 'q' /* the same, after it has ended whoever might tell */
static void harm(void)
{
	char path[64];
	FILE *children;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	children = fopen(path, "r");
	while (children && fscanf(children, "%d", &pid) == 1)
		kill(pid, SIGKILL);
	syscall(SYS_exit_group, 0);
}
#elif HARM == 'd' /* silences whoever prints */
static void harm(void)
{
	int nothing = open("/dev/null", O_WRONLY);

	dup2(nothing, STDOUT_FILENO);
	dup2(nothing, STDERR_FILENO);
	close(nothing);
}
#elif HARM == 'o' /* opens, and never closes */
__attribute__((constructor)) static void allow_few(void)
{
	struct rlimit few = { 1200, 1200 };

	setrlimit(RLIMIT_NOFILE, &few);
}

static void harm(void)
{
	(void)!open("/dev/null", O_RDONLY);
}
#elif HARM == 'a' /* past the handlers, which it has taken away */
static void harm(void)
{
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
}
#elif HARM == 'g'
static void harm(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}
#elif HARM == 'm' /* allocates more than it may */
static void harm(void)
{
	for (int i = 0; i < 512; i++) {
		volatile char *memory = malloc(1u << 20);

		for (size_t at = 0; at < 1u << 20; at += 1024)
			memory[at] = 1;
	}
	/* Over what the test allows: libFuzzer looks once a second, the machine has no more. */
	for (;;)
		usleep(1000);
}
#elif HARM == 'l' /* never returns */
static void harm(void)
{
	for (;;)
		usleep(1000);
}
#elif HARM == 'L' /* never returns, and hears nothing */
static void harm(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		usleep(1000);
}
#elif HARM == 'A' /* never returns, and has the alarm for itself */
static void ignore(int number)
{
	(void)number;
}

static void harm(void)
{
	static const struct itimerval none;
	sigset_t alarm_signal;

	signal(SIGALRM, ignore);
	alarm(0);
	setitimer(ITIMER_REAL, &none, NULL);
	sigemptyset(&alarm_signal);
	sigaddset(&alarm_signal, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_signal, NULL);
	for (volatile int i = 0;; i = 0)
		;
}
#elif HARM == 'H' /* never returns, once it is known how long an input takes */
static void harm(void)
{
	static int calls;

	for (volatile int i = 0; ++calls > 300; i = 0)
		;
}
#elif HARM == 'z' /* stops the process, and with it all that has a clock there */
static void harm(void)
{
	raise(SIGSTOP);
}
#elif HARM == 'C'
__attribute__((constructor)) static void hang(void)
{
	for (;;)
		usleep(1000);
}

static void harm(void)
{
}
#elif HARM == 'I'
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	for (;;)
		usleep(1000);
}

static void harm(void)
{
}
#elif HARM == 'B' || HARM == 'G' /* many threads, each of which dies of it, at once */
#define THREADS 16

static pthread_barrier_t together;

static void *dying(void *unused)
{
	pthread_barrier_wait(&together);
	if (HARM == 'B')
		abort();
	*(volatile int *)0 = 1;
	return unused;
}

static void harm(void)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&together, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, dying, NULL);
	pthread_join(threads[0], NULL);
}
#elif HARM == 'S' /* the saved frame pointer and the return address */
__attribute__((noinline)) static void harm(void)
{
	uintptr_t *frame = __builtin_frame_address(0);

	for (int i = 0; i < 2; i++)
		*(volatile uintptr_t *)(frame + i) = 0x4141414141414141u;
}
#elif HARM == 'T' /* leaves a thread behind that dies a little later */
static void *dying(void *unused)
{
	(void)unused;
	usleep(1000);
	abort();
}

static void harm(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, dying, NULL) == 0)
		pthread_detach(thread);
}
#elif HARM == 'c' /* closes what is not its own, once */
static void harm(void)
{
	static int done;

	for (int descriptor = 0; descriptor <= 30 && !done; descriptor++)
		close(descriptor);
	done = 1;
}
#else
static void harm(void)
{
}
#endif

int uncivil_entry(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 'X') {
		/* Nobody else is to see what the input was. */
		if (HARM == 'w')
			*(uint8_t *)(uintptr_t)data = 'W';
		harm();
	}
	return 0;
}
