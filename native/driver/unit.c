/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 4096

static char prefix[PATH_SIZE - 64] = "./";

const char *gs_flag(int argc, char **argv, const char *name)
{
	size_t length = strlen(name);
	const char *value = NULL;
	int i;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && strncmp(argv[i] + 1, name, length) == 0 &&
		    argv[i][1 + length] == '=')
			value = argv[i] + length + 2;
	}
	return value;
}

void gs_unit_place(int argc, char **argv)
{
	const char *wanted = gs_flag(argc, argv, "artifact_prefix");

	if (wanted)
		snprintf(prefix, sizeof(prefix), "%s", wanted);
}

bool gs_write_all(int file, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	while (size != 0) {
		ssize_t written = write(file, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

static uint64_t hash(const uint8_t *data, size_t size)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < size; i++)
		value = (value ^ data[i]) * UINT64_C(0x100000001b3);
	return value;
}

const char *gs_unit_store(const char *kind, const uint8_t *data, size_t size)
{
	static char path[PATH_SIZE];
	bool stored;
	int file;

	snprintf(path, sizeof(path), "%s%s-%016llx", prefix, kind,
	         (unsigned long long)hash(data, size));
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file < 0)
		return NULL;
	stored = gs_write_all(file, data, size);
	stored = close(file) == 0 && stored;
	if (!stored)
		unlink(path); /* half an input is none */
	return stored ? path : NULL;
}

void gs_unit_tell(int file, const char *path)
{
	static const char failed[] = "groundstop: the input cannot be stored\n";
	static char words[PATH_SIZE + 64];
	int length;

	length = snprintf(words, sizeof(words), "Test unit written to %s\n", path ? path : "");
	if (path && length > 0)
		gs_write_all(file, words, (size_t)length);
	else
		gs_write_all(file, failed, sizeof(failed) - 1);
}
