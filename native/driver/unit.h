/* SPDX-License-Identifier: Apache-2.0 */
/* unit.h - stores an input where libFuzzer would, when libFuzzer cannot. */
#ifndef GROUNDSTOP_DRIVER_UNIT_H
#define GROUNDSTOP_DRIVER_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* The value of libFuzzer's flag `-name=value`, the last one; NULL without any. */
const char *gs_flag(int argc, char **argv, const char *name);

/* Take from libFuzzer's arguments where it stores inputs. */
void gs_unit_place(int argc, char **argv);

/*
 * Store an input of which the process ends: `kind` begins the file's name (`crash`,
 * `timeout`).  Returns its path; NULL where it cannot be written.  Allocates nothing.
 */
const char *gs_unit_store(const char *kind, const uint8_t *data, size_t size);

/* Write a line `Test unit written to ...`, or that it cannot be written, as libFuzzer does. */
void gs_unit_tell(int file, const char *path);

/* Write all of it; false when that cannot be done. */
bool gs_write_all(int file, const void *data, size_t size);

#pragma GCC visibility pop

#endif /* GROUNDSTOP_DRIVER_UNIT_H */
