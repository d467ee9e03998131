/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A witness that is first scheduled when its owner is gone already, before or after it has
 * asked to be told of that.  usage: test_witness before|after, in a folder of its own
 */
#define _GNU_SOURCE
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conduct.h"
#include "witness.h"

volatile bool gs_core_runs;

static pid_t owner;
static int late_at;

int prctl(int option, ...);

/* The first thing that a witness calls: it waits here until there is nobody to wait for. */
int prctl(int option, ...)
{
	unsigned long signal;
	long result = 0;
	va_list rest;

	va_start(rest, option);
	signal = va_arg(rest, unsigned long);
	va_end(rest);
	for (int at = 0; at < 2; at++) {
		while (option == PR_SET_PDEATHSIG && at == late_at && getppid() == owner)
			usleep(1000);
		if (at == 0)
			result = syscall(SYS_prctl, option, signal, 0, 0, 0);
	}
	return (int)result;
}

int main(int argc, char **argv)
{
	static const uint8_t input[] = "the one";
	char *words[] = { argv[0], (char[]){ "-artifact_prefix=./" } };
	pid_t child;
	int status;

	assert(argc == 2);
	late_at = strcmp(argv[1], "after") == 0;
	child = fork();
	assert(child >= 0);
	if (child == 0) {
		owner = getpid();
		gs_witness_place(2, words);
		gs_witness_start();
		gs_witness_input = input;
		gs_witness_size = sizeof(input) - 1;
		gs_core_runs = true;
		syscall(SYS_exit_group, 0);
	}
	assert(waitpid(child, &status, 0) == child && status == 0);
	return 0;
}
