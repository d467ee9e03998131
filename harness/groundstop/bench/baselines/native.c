/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native fuzzer that ours is measured against: the same core, and the very
 * libFuzzer that Atheris brings, in an ordinary C program.
 *
 * With the same seed, addresses and corpus the two run the same inputs, so their
 * inputs per second can be compared.  Another version of libFuzzer goes another way
 * from some thousand inputs on, and then it runs other inputs.
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*entry)(const uint8_t *data, size_t size));
int ENTRY(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	return LLVMFuzzerRunDriver(&argc, &argv, ENTRY);
}
