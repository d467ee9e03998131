/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char context[256];
static int reached[CI_BAD_ARGUMENT + 1];

void check_context(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);
}

static void fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s", file, line, what);
	if (context[0])
		fprintf(stderr, " [%s]", context);
	fputc('\n', stderr);
}

void check_true(int condition, const char *what, const char *file, int line)
{
	if (condition)
		return;
	fail(what, file, line);
	exit(EXIT_FAILURE);
}

void check_equal(uint64_t actual, uint64_t expected, const char *what, const char *file, int line)
{
	if (actual == expected)
		return;
	fail(what, file, line);
	fprintf(stderr, "is %" PRIu64 ", should be %" PRIu64 "\n", actual, expected);
	exit(EXIT_FAILURE);
}

void check_status(enum ci_status actual, enum ci_status expected, const char *what,
                  const char *file, int line)
{
	if (actual == expected) {
		reached[actual] = 1;
		return;
	}
	fail(what, file, line);
	fprintf(stderr, "is %s, should be %s\n", ci_status_name(actual), ci_status_name(expected));
	exit(EXIT_FAILURE);
}

void check_bytes(const void *actual, const void *expected, size_t size, const char *what,
                 const char *file, int line)
{
	if (memcmp(actual, expected, size) == 0)
		return;
	fail(what, file, line);
	exit(EXIT_FAILURE);
}

void check_print_reached(void)
{
	for (int status = 0; status <= CI_BAD_ARGUMENT; status++) {
		if (reached[status])
			printf("reached %d\n", status);
	}
}
