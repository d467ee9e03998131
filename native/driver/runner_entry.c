/* SPDX-License-Identifier: Apache-2.0 */
/* The core: loading it, finding its functions, calling them. */
#define _GNU_SOURCE /* dladdr */
#include "runner.h"

#include <dlfcn.h>
#include <string.h>

#include "extra.h"

typedef int (*initializer)(int *argc, char ***argv);

/* What a core's own mutator calls, so that a core which has one loads: nobody mutates here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void *core;
static gs_entry_point own_entry;

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	(void)data;
	return size < max_size ? size : max_size;
}

/* C has no conversion from an object to a function pointer; POSIX says this works. */
static gs_entry_point function_named(const char *name)
{
	gs_entry_point function;

	*(void **)&function = dlsym(core, name);
	return function;
}

#define MAX_EXTRA 64u

static struct {
	uint8_t *start;
	size_t size;
} extra[MAX_EXTRA];
static size_t extra_count;

static void note_extra(uint8_t *start, uint8_t *stop)
{
	if (extra_count == MAX_EXTRA)
		return;
	extra[extra_count].start = start;
	extra[extra_count].size = (size_t)(stop - start);
	extra_count++;
}

/* As libFuzzer does before each input, and cores count on. */
static void reset_extra(void)
{
	size_t i;

	for (i = 0; i < extra_count; i++)
		memset(extra[i].start, 0, extra[i].size);
}

const char *gs_entry_load(const char *path, const char *name)
{
	static int argument_count = 1;
	static char *arguments[2];
	static char **argument_list = arguments;
	initializer initialize;

	core = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (core == NULL)
		return dlerror();
	own_entry = function_named(name);
	if (own_entry == NULL)
		return dlerror();
	gs_extra_find(note_extra);
	*(void **)&initialize = dlsym(core, "LLVMFuzzerInitialize");
	arguments[0] = (char *)(uintptr_t)path;
	if (initialize != NULL)
		initialize(&argument_count, &argument_list);
	return NULL;
}

gs_entry_point gs_entry_named(const char *name)
{
	gs_entry_point function;
	Dl_info own;
	Dl_info found;

	if (*name == '\0')
		return own_entry;
	function = function_named(name);
	if (function == NULL)
		return NULL;
	/* dlsym looks into the core's libraries, too: `exit` is no entry point of a core. */
	if (dladdr(*(void **)&own_entry, &own) == 0 || dladdr(*(void **)&function, &found) == 0 ||
	    own.dli_fbase != found.dli_fbase)
		return NULL;
	return function;
}

/* A core built by another compiler may have an entry point of a compatible type. */
__attribute__((no_sanitize("function"))) static int call(gs_entry_point entry,
                                                         const uint8_t *data, size_t size)
{
	return entry(data, size);
}

int gs_entry_call(gs_entry_point entry, int32_t fill, const uint8_t *data, size_t size,
                  size_t *stack)
{
	int returned;

	*stack = 0;
	reset_extra();
	if (fill < 0)
		return call(entry, data, size);
	gs_heap_fill((uint8_t)fill);
	returned = gs_stack_call(entry, data, size, (uint8_t)fill, stack);
	gs_heap_leave();
	return returned;
}
