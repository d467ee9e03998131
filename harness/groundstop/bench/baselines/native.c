/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native fuzzer that ours is measured against: the same core, and the very
 * libFuzzer that Atheris brings, in an ordinary C program.
 *
 * Another version of libFuzzer chooses other inputs: clang 14's keeps those for which the
 * entry point returns -1, and they are cheap.  This one begins with the same inputs as ours;
 * they part when a depth of the stack, in which the driver takes part, is counted as new.
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*entry)(const uint8_t *data, size_t size));
int ENTRY(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	return LLVMFuzzerRunDriver(&argc, &argv, ENTRY);
}
