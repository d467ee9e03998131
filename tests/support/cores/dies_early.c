/* SPDX-License-Identifier: Apache-2.0 */
/* A core whose initialization faults. */
#include <stddef.h>
#include <stdint.h>

int f(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return *(volatile int *)16;
}

int f(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}
