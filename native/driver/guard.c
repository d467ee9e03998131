/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GS_FILL 0xa5 /* what lies before an input: never a former input */

static uint8_t *window; /* pages that can be read and written, then one guard page */
static size_t window_size;
static size_t page;

/* Make the window at least size bytes; what it held is gone. */
static bool enlarge(size_t size)
{
	size_t wanted;
	uint8_t *memory;

	page = (size_t)sysconf(_SC_PAGESIZE);
	wanted = (size / page + 1) * page;
	/* A guard page on each side. */
	memory = mmap(NULL, wanted + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	if (mprotect(memory + page, wanted, PROT_READ | PROT_WRITE) != 0) {
		munmap(memory, wanted + 2 * page);
		return false;
	}
	if (window != NULL)
		munmap(window - page, window_size + 2 * page);
	window = memory + page;
	window_size = wanted;
	return true;
}

uint8_t *gs_guard_take(const uint8_t *bytes, size_t size)
{
	uint8_t *input;

	if ((window == NULL || size > window_size) && !enlarge(size))
		return NULL;
	input = window + (window_size - size);
	if (size != 0)
		memcpy(input, bytes, size);
	return input;
}

void gs_guard_release(uint8_t *input, size_t size)
{
	memset(input, GS_FILL, size);
}

bool gs_guard_hit(uintptr_t address, size_t *past)
{
	uintptr_t end = (uintptr_t)window + window_size;

	if (window == NULL || address < end || address - end >= page)
		return false;
	*past = address - end;
	return true;
}
