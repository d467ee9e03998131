/* SPDX-License-Identifier: Apache-2.0 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"

#ifdef GS_ADDRESS_SANITIZER

/* malloc(0) is one readable byte, so an empty input is the end of such a byte. */
uint8_t *gs_input_take(const uint8_t *bytes, size_t size)
{
	uint8_t *memory = malloc(size != 0 ? size : 1);

	if (memory == NULL)
		return NULL;
	if (size == 0)
		return memory + 1;
	memcpy(memory, bytes, size);
	return memory;
}

void gs_input_release(uint8_t *input, size_t size)
{
	free(size != 0 ? input : input - 1);
}

bool gs_input_guards(uintptr_t address, size_t *past)
{
	(void)address;
	(void)past;
	return false;
}

#else

uint8_t *gs_input_take(const uint8_t *bytes, size_t size)
{
	return gs_guard_take(bytes, size);
}

void gs_input_release(uint8_t *input, size_t size)
{
	gs_guard_release(input, size);
}

bool gs_input_guards(uintptr_t address, size_t *past)
{
	return gs_guard_hit(address, past);
}

#endif
