/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An owner that ends in the middle of an input while its witness is stopped: whoever waits
 * for the owner could be the first to know.  It is reaped if that can be done, and only then
 * may the witness go on.
 *
 * usage: test_witness exit|kill|signal, in a folder of its own
 */
#define _GNU_SOURCE
#include <assert.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conduct.h"
#include "unit.h"
#include "witness.h"

volatile bool gs_core_runs;

_Noreturn static void own(int ready, const char *how)
{
	static const uint8_t input[] = "the one";
	char *words[] = { (char[]){ "test" }, (char[]){ "-artifact_prefix=./" } };

	gs_unit_place(2, words);
	gs_witness_start();
	gs_witness_input = input;
	gs_witness_size = sizeof(input) - 1;
	gs_core_runs = true;
	assert(write(ready, "!", 1) == 1);
	raise(SIGSTOP);
	if (strcmp(how, "signal") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	for (;;)
		syscall(SYS_exit_group, 0);
}

static pid_t child_of(pid_t parent)
{
	char path[64];
	int child = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	file = fopen(path, "r");
	assert(file && fscanf(file, "%d", &child) == 1);
	fclose(file);
	return child;
}

/* Of a process that may be gone altogether: then 0. */
static char state_of(pid_t process)
{
	char path[64];
	char text[512];
	char state = 0;
	FILE *file;
	char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)process);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fgets(text, sizeof(text), file) && (end = strrchr(text, ')')) != NULL)
		state = end[2];
	fclose(file);
	return state;
}

int main(int argc, char **argv)
{
	int ready[2];
	char byte;
	pid_t owner;
	pid_t witness;
	int status;

	assert(argc == 2 && pipe(ready) == 0);
	owner = fork();
	assert(owner >= 0);
	if (owner == 0)
		own(ready[1], argv[1]);
	close(ready[1]);
	assert(read(ready[0], &byte, 1) == 1);
	assert(waitpid(owner, &status, WUNTRACED) == owner && WIFSTOPPED(status));
	witness = child_of(owner);
	kill(witness, SIGSTOP);
	while (state_of(witness) != 'T')
		usleep(1000);
	kill(owner, strcmp(argv[1], "kill") == 0 ? SIGKILL : SIGCONT);
	while (state_of(owner) != 'Z')
		usleep(1000);
	/* Where it can be reaped, it is, and nothing tells any more how it ended. */
	if (waitpid(owner, &status, WNOHANG) == 0) {
		kill(witness, SIGCONT);
		assert(waitpid(owner, &status, 0) == owner);
	}
	kill(witness, SIGCONT);
	/* The witness has the other end: now it has done what it does. */
	assert(read(ready[0], &byte, 1) == 0);
	return 0;
}
