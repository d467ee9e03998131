/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fresh heap memory holds while the core runs.  A block larger than the limit
 * is left as it is: AddressSanitizer's calloc does not clear what it maps afresh, and
 * so must find it untouched.
 */
#include "runner.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define GS_FILLED_BLOCK 65536u /* bytes */

static bool filling;
static uint8_t fill_byte;

#ifdef GS_ADDRESS_SANITIZER

#include <sanitizer/allocator_interface.h>

static void on_malloc(const volatile void *block, size_t size)
{
	if (filling && block != NULL && size <= GS_FILLED_BLOCK)
		memset((void *)(uintptr_t)block, fill_byte, size);
}

static void on_free(const volatile void *block)
{
	(void)block;
}

/* Both hooks or none: the runtime does not take one alone. */
static bool prepare(void)
{
	static bool installed;

	if (!installed)
		installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
	return installed;
}

#else

/*
 * glibc's own names of its allocator: the functions below stand in front of it, for
 * the core and for every library.  Its M_PERTURB would leave out the blocks that a
 * thread takes from its cache.
 */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

/* Also what lies behind the size asked for: realloc may hand it out without a call. */
static void *filled(void *block, size_t size, size_t from)
{
	size_t end;

	if (!filling || block == NULL || size > GS_FILLED_BLOCK)
		return block;
	end = malloc_usable_size(block);
	if (end > from)
		memset((uint8_t *)block + from, fill_byte, end - from);
	return block;
}

void *malloc(size_t size)
{
	return filled(__libc_malloc(size), size, 0);
}

void *calloc(size_t count, size_t size)
{
	/* Where the product overflows there is no block. */
	return filled(__libc_calloc(count, size), count * size, count * size);
}

void *realloc(void *block, size_t size)
{
	size_t before = filling && block != NULL ? malloc_usable_size(block) : 0;

	return filled(__libc_realloc(block, size), size, before);
}

void *memalign(size_t alignment, size_t size)
{
	return filled(__libc_memalign(alignment, size), size, 0);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
	void *block;

	if (alignment == 0 || alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	block = memalign(alignment, size);
	if (block == NULL)
		return ENOMEM;
	*result = block;
	return 0;
}

static bool prepare(void)
{
	return true;
}

#endif

void gs_heap_fill(uint8_t byte)
{
	fill_byte = byte;
	filling = prepare();
}

void gs_heap_leave(void)
{
	filling = false;
}
