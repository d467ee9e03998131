/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - assertions of the C tests: the first that fails names itself and ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <ci.h>
#include <stdint.h>

/* Which row of a table is being checked; printed with a failure.  printf's arguments. */
void check_context(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(condition) \
	check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(actual, expected) \
	check_equal((uint64_t)(actual), (uint64_t)(expected), #actual, __FILE__, __LINE__)
/* As CHECK_EQUAL, with names; and remembers that the status was reached. */
#define CHECK_STATUS(actual, expected) \
	check_status((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_BYTES(actual, expected, size) \
	check_bytes((actual), (expected), (size), #actual, __FILE__, __LINE__)

void check_true(int condition, const char *what, const char *file, int line);
void check_equal(uint64_t actual, uint64_t expected, const char *what, const char *file, int line);
void check_status(enum ci_status actual, enum ci_status expected, const char *what,
                  const char *file, int line);
void check_bytes(const void *actual, const void *expected, size_t size, const char *what,
                 const char *file, int line);

/* Print the statuses that CHECK_STATUS saw, one "reached N" a line. */
void check_print_reached(void);

#endif /* CHECK_H */
