/* SPDX-License-Identifier: Apache-2.0 */
/* A core that reads exactly one byte past its input, and nothing else. */
#include <stddef.h>
#include <stdint.h>

int overread_entry(const uint8_t *data, size_t size);

int overread_entry(const uint8_t *data, size_t size)
{
	return *(const volatile uint8_t *)(data + size) == 0 ? 0 : -1;
}
