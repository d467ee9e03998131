/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core that prints what the file FORGED holds, when it is loaded and at its first input:
 * words of the engine, perhaps.  With FORGER_QUITS it then ends the process so that nobody
 * sees why.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int forger_entry(const uint8_t *data, size_t size);

static volatile int sink;

__attribute__((constructor)) static void forge(void)
{
	const char *path = getenv("FORGED");
	int file = path ? open(path, O_RDONLY) : -1;
	char text[4096];
	ssize_t length;

	while (file >= 0 && (length = read(file, text, sizeof(text))) > 0)
		(void)!write(STDERR_FILENO, text, (size_t)length);
	if (file >= 0)
		close(file);
}

static void quit(void)
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

int forger_entry(const uint8_t *data, size_t size)
{
	static unsigned long calls;

	if (calls++ == 0)
		forge();
	if (calls > 1000 && getenv("FORGER_QUITS"))
		quit();
	if (size > 0 && data[0] == 'A') {
		sink = 1;
		if (size > 1 && data[1] == 'B') {
			sink = 2;
			if (size > 2 && data[2] == 'C')
				sink = 3;
		}
	}
	return 0;
}
