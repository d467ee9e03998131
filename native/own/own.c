/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own.c - libFuzzer's hooks, passed on to the functions of the same name in the core.
 *
 * libFuzzer mutates otherwise where a hook is there, so each is compiled only for a core
 * that has it: GS_OWN_MUTATOR, GS_OWN_CROSSOVER.  GROUNDSTOP_CORE is the core's path.
 */
#define _GNU_SOURCE /* RTLD_NOLOAD */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The core's, whose symbols nobody else's hide: asked of its own handle. */
static void *of_core(const char *name)
{
	const char *path = getenv("GROUNDSTOP_CORE");
	void *core = path ? dlopen(path, RTLD_LAZY | RTLD_NOLOAD) : NULL;
	void *found = core ? dlsym(core, name) : NULL;

	if (!found) {
		fprintf(stderr, "groundstop: %s of %s is gone\n", name, path ? path : "the core");
		abort();
	}
	return found;
}

#ifdef GS_OWN_MUTATOR
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static size_t (*own)(uint8_t *, size_t, size_t, unsigned int);

	if (!own)
		*(void **)&own = of_core("LLVMFuzzerCustomMutator");
	return own(data, size, max_size, seed);
}
#endif

#ifdef GS_OWN_CROSSOVER
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size,
                                 unsigned int seed);

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size,
                                 unsigned int seed)
{
	static size_t (*own)(const uint8_t *, size_t, const uint8_t *, size_t, uint8_t *, size_t,
	                     unsigned int);

	if (!own)
		*(void **)&own = of_core("LLVMFuzzerCustomCrossOver");
	return own(data1, size1, data2, size2, out, max_out_size, seed);
}
#endif
