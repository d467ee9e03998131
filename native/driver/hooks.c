/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "hooks.h"

#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

bool gs_hooks_off;

/*
 * The sanitizer's interceptors call these after each compare; libFuzzer behind us
 * implements them.  The name is looked up once: a compare may come at any time,
 * also from within dlsym, which then finds `next` still unset.
 */
#define HOOK(name, parameters, arguments)                                                     \
	EXPORT void name parameters;                                                          \
	void name parameters                                                                  \
	{                                                                                     \
		static void(*next) parameters;                                                \
		static bool looked;                                                           \
                                                                                              \
		if (gs_hooks_off)                                                             \
			return;                                                               \
		if (!looked) {                                                                \
			looked = true;                                                        \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                            \
		}                                                                             \
		if (next)                                                                     \
			next arguments;                                                       \
	}

HOOK(__sanitizer_weak_hook_memcmp,
     (void *caller, const void *a, const void *b, size_t size, int result),
     (caller, a, b, size, result))
HOOK(__sanitizer_weak_hook_strncmp,
     (void *caller, const char *a, const char *b, size_t size, int result),
     (caller, a, b, size, result))
HOOK(__sanitizer_weak_hook_strcmp,
     (void *caller, const char *a, const char *b, int result),
     (caller, a, b, result))
HOOK(__sanitizer_weak_hook_strncasecmp,
     (void *caller, const char *a, const char *b, size_t size, int result),
     (caller, a, b, size, result))
HOOK(__sanitizer_weak_hook_strcasecmp,
     (void *caller, const char *a, const char *b, int result),
     (caller, a, b, result))
HOOK(__sanitizer_weak_hook_strstr,
     (void *caller, const char *a, const char *b, char *result),
     (caller, a, b, result))
HOOK(__sanitizer_weak_hook_strcasestr,
     (void *caller, const char *a, const char *b, char *result),
     (caller, a, b, result))
HOOK(__sanitizer_weak_hook_memmem,
     (void *caller, const void *a, size_t a_size, const void *b, size_t b_size, void *result),
     (caller, a, a_size, b, b_size, result))
